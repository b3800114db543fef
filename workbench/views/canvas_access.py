"""What a figure is for people who do not see it, or do not use a pointer."""

from collections.abc import Callable
from typing import Any

from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from workbench.browser import callback
from workbench.views.columns import put

Pressed = Callable[[str, bool], None]


class CanvasAccess:
    """Gives the canvas of a figure a role, a label, a live text, and keys.

    Args:
        plot: the figure.
        label: what the figure is.
        pressed: called with each key that is pressed while the canvas has the focus, and whether Shift or Ctrl was
            held; also with "focus" and "blur" when the keyboard comes to the canvas, and goes. Without it the canvas is
            a picture, and takes no keys.
    """

    def __init__(self, plot: figure, label: str, pressed: Pressed | None = None) -> None:
        self._label = label
        self._words = ColumnDataSource({"label": [label], "live": [""]})
        self._pressed = pressed
        keys = None
        if pressed is not None:
            keys = ColumnDataSource({"key": [], "add": [], "count": []})
            keys.on_change("data", self._heard)
        tell = callback("canvas_access.js", plot=plot, words=self._words, keys=keys)
        # The canvas exists once the figure has its size.
        plot.js_on_change("inner_width", tell)
        plot.js_on_change("inner_height", tell)
        self._words.js_on_change("data", tell)

    def say(self, shown: str, live: str = "") -> None:
        """Tells what the figure shows, and what has just changed; the latter is read aloud."""
        put(self._words, {"label": [f"{self._label} {shown}"], "live": [live]})

    def _heard(self, _: str, old: object, new: dict[str, Any]) -> None:
        if self._pressed is not None and new["key"]:
            self._pressed(new["key"][0], bool(new["add"][0]))
