"""Puts Material UI into the outputs of a notebook, so that they need no network and only a few megabytes.

The first component contains the code, and the browser keeps it for the others.

Cause: Panel writes the code of panel-material-ui, 1.4 MB, into every component of an output, or has the browser fetch
    it from the network.
Upstream: not reported; `MaterialComponent` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/base.py
Needed for: panel >=1.9.4,<=1.9.4; panel-material-ui >=0.16.6,<=0.16.6; bokeh >=3.9.2,<=3.9.2
Without it: a notebook with the views takes a hundred megabytes, or shows nothing without a network.
"""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import panel as pn
from bokeh.document import Document
from bokeh.document.events import DocumentChangedEvent, ModelChangedEvent
from bokeh.model import Model
from bokeh.models import UIElement
from panel.io.notebook import patch_inline_stylesheets
from panel.models.esm import ReactiveESM
from panel_material_ui.base import BUNDLE_PATH, DIST_PATH

KEY = "panel-material-ui"
_ICONS = """
.material-icons {
  font: 24px/1 "Material Icons"; letter-spacing: normal; text-transform: none; display: inline-block;
  white-space: nowrap; word-wrap: normal; direction: ltr; font-feature-settings: "liga";
}
"""


@contextmanager
def without_code(document: Document) -> Iterator[None]:
    """Inside, new components only refer to code and styles; call `embed_code` on them afterwards."""
    with pn.config.set(inline=False), document.models.freeze():
        yield


def embed_code(models: Iterable[Model], first: Model | None = None) -> None:
    """Puts styles into components that only refer to them, and the code into the first.

    Args:
        models: the models of an output, made inside `without_code`.
        first: the component that the browser makes first; None if the browser has the code already.
    """
    for model in models:
        if isinstance(model, UIElement):
            patch_inline_stylesheets(model)
        if isinstance(model, ReactiveESM) and model.bundle == "url":
            code = BUNDLE_PATH.read_text(encoding="utf-8") if model is first else ""
            model.update(bundle=KEY, css_bundle=_ICONS, esm=code)


def embed_in_added(document: Document) -> None:
    """Does the same for components that were added to an output and have not been sent yet."""
    added = set(document.models) - document.models.synced_references
    if added:
        with document.models.freeze():
            embed_code(added)
        # New components are sent complete, with whatever refers to them. Their earlier changes are dropped, because
        # the browser does not know the components yet.
        callbacks = document.callbacks
        callbacks._held_events = [event for event in callbacks._held_events if not _changes(event, added)]


def _changes(event: DocumentChangedEvent, models: set[Model]) -> bool:
    return isinstance(event, ModelChangedEvent) and event.model in models


def icon_font() -> str:
    """HTML that contains the font of the icons; a font can only be declared for a whole page, not for a component."""
    (file,) = DIST_PATH.glob("material-icons-[!o]*.woff2")
    font = base64.b64encode(file.read_bytes()).decode()
    source = f'url("data:font/woff2;base64,{font}") format("woff2")'
    return f'<style>@font-face {{ font-family: "Material Icons"; font-display: block; src: {source}; }}</style>'
