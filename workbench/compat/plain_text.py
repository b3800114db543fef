"""Material's texts and alerts show their text as it is.

Cause: panel-material-ui reads the `object` of a Typography and of an Alert as Markdown with HTML in it, and this cannot
    be turned off.
Upstream: not reported; `Typography` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/pane/base.py, `Alert` in
    https://github.com/panel-extensions/panel-material-ui/blob/v0.16.6/src/panel_material_ui/layout/base.py
Needed for: panel-material-ui >=0.16.6,<=0.16.6
Without it: HTML in the name of a class or run is executed, and a * or _ in it disappears.
"""

from html import escape
from typing import Any

from panel_material_ui import Alert, Typography


def _as_it_is(text: str) -> str:
    # The browser decodes this once and reads the result as HTML, so the text must be escaped twice.
    return escape(f"<p>{escape(text)}</p>") if text else ""


class PlainTypography(Typography):
    """A Typography that shows its text as it is."""

    def _transform_object(self, obj: Any) -> dict[str, Any]:
        return {"object": _as_it_is(obj)}


class PlainAlert(Alert):
    """An Alert that shows its text as it is."""

    def _process_param_change(self, params: dict[str, Any]) -> dict[str, Any]:
        words = {name: _as_it_is(text) for name, text in params.items() if name == "object"}
        return {**super()._process_param_change(params), **words}
