"""Material's texts and alerts, which show their words as they are.

Cause: panel-material-ui reads the `object` of a Typography and of an Alert as Markdown with HTML in it, and offers
    no other way.
Upstream: not reported; `Typography` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/pane/base.py, `Alert` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/layout/base.py
Needed for: panel-material-ui >=0.16.6,<=0.16.6
Without it: a class or a run that is called like HTML acts as HTML, and one with a * or _ loses it.
"""

from html import escape
from typing import Any

from panel_material_ui import Alert, Typography


def _as_it_is(text: str) -> str:
    # The browser decodes this once, and takes what comes of it for HTML.
    return escape(f"<p>{escape(text)}</p>") if text else ""


class PlainTypography(Typography):
    """A text in one of Material's styles."""

    def _transform_object(self, obj: Any) -> dict[str, Any]:
        return {"object": _as_it_is(obj)}


class PlainAlert(Alert):
    """An alert."""

    def _process_param_change(self, params: dict[str, Any]) -> dict[str, Any]:
        words = {name: _as_it_is(text) for name, text in params.items() if name == "object"}
        return {**super()._process_param_change(params), **words}
