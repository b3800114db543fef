"""Pointing at the points of the disk: tooltips with pictures, clicks, lasso and box."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from bokeh.events import MouseLeave, MouseMove, Tap
from bokeh.models import BoxSelectTool, ColumnDataSource, LassoSelectTool
from bokeh.plotting import figure

from workbench.browser import callback
from workbench.theme import to_rgba

DRAGS = {"Move": "move", "Lasso": "lasso", "Box": "box"}
"""What dragging the pointer does: it moves the disk, or selects points."""


class DiskPointing:
    """What the pointer does to the points of a disk, apart from moving them.

    Args:
        plot: the figure.
        renderers: of the real and the synthetic points.
        real, synthetic: the sources of the points, with the numbers of images in the columns "number" and "image".
        centroids: the sources of the real and the synthetic centroids.
        classes: names, in label order.
        select: called with the numbers of the synthetic and of the real images that were selected.
        picture: returns the pixels (channels, H, W) uint8 of an image of a kind ("real" or "synthetic"), None if they
            are not known.
    """

    def __init__(
        self,
        plot: figure,
        renderers: list[Any],
        real: ColumnDataSource,
        synthetic: ColumnDataSource,
        centroids: tuple[ColumnDataSource, ColumnDataSource],
        classes: list[str],
        select: Callable[[list[int], list[int]], None],
        picture: Callable[[str, int], np.ndarray | None],
    ) -> None:
        self._plot = plot
        self._real, self._synthetic = real, synthetic
        self._select = select
        self._picture = picture
        self._is_marking = False
        self._asked = ColumnDataSource({"kind": [], "number": [], "key": []})
        self._answer = ColumnDataSource({"image": [], "key": []})
        self._asked.on_change("data", self._answer_picture)
        arguments: dict[str, Any] = {
            "plot": plot,
            "real": self._real,
            "synthetic": self._synthetic,
            "real_centroids": centroids[0],
            "synthetic_centroids": centroids[1],
            "classes": classes,
            "asked": self._asked,
            "picture": self._answer,
        }
        for event, how in ((MouseMove, "over"), (MouseLeave, "out"), (Tap, "tap")):
            plot.js_on_event(event, callback("pointer.js", **arguments, how=how))
        self._answer.js_on_change("data", callback("pointer.js", **arguments, how="picture"))
        self._drags = {
            "move": None,
            "lasso": LassoSelectTool(renderers=renderers, continuous=False),
            "box": BoxSelectTool(renderers=renderers, continuous=False),
        }
        plot.add_tools(self._drags["lasso"], self._drags["box"])
        plot.toolbar.active_drag = None
        for source in (self._real, self._synthetic):
            source.selected.on_change("indices", self._picked)

    def set_drag(self, drag: str) -> None:
        """Sets what dragging does, to a value of `DRAGS`."""
        if self._plot.toolbar.active_drag is not self._drags[drag]:
            self._plot.toolbar.active_drag = self._drags[drag]

    def mark(self, synthetic: Sequence[int], real: Sequence[int]) -> None:
        """Marks the points of the selected images, so far as they are drawn."""
        self._is_marking = True
        for source, column, wanted in ((self._synthetic, "image", synthetic), (self._real, "number", real)):
            indices = np.flatnonzero(np.isin(np.asarray(source.data[column], int), wanted)).tolist() if wanted else []
            if sorted(source.selected.indices) != indices:
                source.selected.indices = indices
        self._is_marking = False

    def _picked(self, _: str, old: list[int], new: list[int]) -> None:
        if not self._is_marking:
            self._select(_chosen(self._synthetic, "image"), _chosen(self._real, "number"))

    def _answer_picture(self, _: str, old: object, new: dict[str, Any]) -> None:
        """Sends the picture that the tooltip asks for."""
        for kind, number, key in zip(new["kind"], new["number"], new["key"], strict=True):
            pixels = self._picture(str(kind), int(number))
            if pixels is not None:
                image = np.ascontiguousarray(to_rgba(pixels)).view(np.uint32)[..., 0]
                self._answer.data = {"image": [image], "key": [key]}


def _chosen(source: ColumnDataSource, column: str) -> list[int]:
    values = np.asarray(source.data[column], int).tolist()
    return [*dict.fromkeys(values[index] for index in source.selected.indices if index < len(values))]
