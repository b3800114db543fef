"""The legend of the classes, with which they can be highlighted and filtered."""

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from workbench import browser
from workbench.theme import class_colors, class_markers
from workbench.views.point_colors import KEPT, NEITHER, PALETTE, PRUNED, TITLES, Scale

GROUPS = {"kept": [[KEPT, "kept"], [PRUNED, "pruned (hollow)"], [NEITHER, "synthetic"]]}
"""Groups of points that have colours of their own."""


class LegendButtons(JSComponent):
    """A button for each class, with its colour and its shape; also what other colours mean.

    Its name must not end with "Legend": panel-material-ui would take it for the legend of a Bokeh figure.

    Args:
        classes: names, in label order.
        clicked: called with the label of a class that is to be shown or hidden, None if all are to be shown.
        pointed: called with the label of the class that is pointed at, None if none is.
    """

    classes = param.List([])
    colors = param.List([])
    markers = param.List([])
    chosen = param.List([], doc="Labels of the classes that are shown; an empty list shows all.")
    colored = param.Boolean(True, doc="Whether colours are those of the classes.")
    groups = param.List([], doc="[colour, name] of each group of points that has a colour of its own.")
    scale = param.Dict(None, allow_None=True, doc="What the palette means.")

    _esm = browser.module("elements.js", "legend.js")

    def __init__(
        self,
        classes: list[str],
        clicked: Callable[[int | None], None],
        pointed: Callable[[int | None], None],
        **params: Any,
    ) -> None:
        count = len(classes)
        super().__init__(classes=list(classes), colors=class_colors(count), markers=class_markers(count), **params)
        self._clicked, self._pointed = clicked, pointed
        self.on_msg(self._heard)

    def show(self, color_by: str, scale: Scale | None, chosen: list[int]) -> None:
        """Shows what colours mean, and which classes are shown."""
        palette = None
        if scale is not None:
            low, high = (f"{value:.4g}" for value in (scale.low, scale.high))
            palette = {"title": TITLES[color_by], "low": low, "high": high, "colors": [*PALETTE[::20], PALETTE[-1]]}
        new = {
            "chosen": chosen,
            "colored": color_by in ("class", "nearest"),
            "groups": GROUPS.get(color_by, []),
            "scale": palette,
        }
        if any(getattr(self, name) != value for name, value in new.items()):
            self.param.update(**new)

    def _heard(self, event: Any) -> None:
        for name, call in (("click", self._clicked), ("over", self._pointed)):
            if (label := event.data.get(name)) is not None and -1 <= int(label) < len(self.classes):
                call(None if label == -1 else int(label))
