"""The disk of one class, with its images in their places and the tree that they hang on."""

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.events import Tap
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from hdd.projection import Hierarchy
from workbench.theme import REAL, SYNTHETIC, sides, tile
from workbench.views.fit import fit

SIDE = 0.11
"""Side of an image; the disk has radius 1."""

RINGS = (0.25, 0.5, 0.75, 1.0)


class HierarchyPlot:
    """A figure of the class disk: the root is in the middle, and the distance of an image from it is exact.

    Args:
        select: called with the position of the image in the tree that is clicked, and whether it joins the others.

    Attributes:
        figure: the Bokeh figure, to be put on a page.
    """

    def __init__(self, select: Callable[[int, bool], None]) -> None:
        self._select = select
        self._places = np.zeros((0, 2))
        self._edges = ColumnDataSource({"xs": [], "ys": []})
        self._images = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._frames = ColumnDataSource({"x": [], "y": [], "dw": [], "dh": [], "color": [], "width": []})
        self._rings = ColumnDataSource({"y": [], "text": []})
        self.figure = plot = figure(
            name="hierarchy",
            sizing_mode="stretch_both",
            title=None,
            tools="wheel_zoom,pan",
            active_scroll="wheel_zoom",
            toolbar_location=None,
            min_border=2,
            outline_line_color=None,
        )
        fit(plot, (-1.08, 1.08), (-1.08, 1.08))
        plot.axis.visible = plot.grid.visible = False
        ring: dict[str, Any] = {"fill_alpha": 0, "line_color": REAL, "line_alpha": 0.4}
        plot.circle([0.0] * len(RINGS), [0.0] * len(RINGS), radius=list(RINGS), **ring)
        plot.multi_line("xs", "ys", source=self._edges, line_color=REAL, line_alpha=0.6, line_width=1.2)
        plot.scatter([0], [0], marker="square", size=9, fill_color=None, line_color=REAL, line_width=2)
        plot.image_rgba("image", "x", "y", "dw", "dh", source=self._images)
        frame: dict[str, Any] = {"fill_alpha": 0, "line_color": "color", "line_width": "width"}
        plot.rect("x", "y", "dw", "dh", source=self._frames, **frame)
        plot.text(
            0, "y", "text", source=self._rings, text_font_size="12px", text_color=REAL, text_align="center", y_offset=-2
        )
        plot.on_event(Tap, self._tapped)

    def draw(self, found: Hierarchy, pixels: np.ndarray, selected: np.ndarray) -> None:
        """Draws the images of a class.

        Args:
            found: their order and places.
            pixels: (n, channels, H, W) uint8, in the order of the tree.
            selected: (n,) bool.
        """
        edge = float(found.distances.max()) or 1.0
        self._places = places = found.places / edge
        ends = [np.zeros(2) if parent < 0 else places[parent] for parent in found.parents]
        lines = [np.stack([end, place]) for end, place in zip(ends, places, strict=True)]
        self._edges.data = {"xs": [line[:, 0] for line in lines], "ys": [line[:, 1] for line in lines]}
        # What is drawn last lies on top: the synthetic images.
        size = np.array(sides(pixels, SIDE))
        corner = places - size / 2
        sheets = [tile(each[None, None], gap=0) for each in pixels]
        width, height = np.broadcast_to(size, places.shape).T
        self._images.data = {"image": sheets, "x": corner[:, 0], "y": corner[:, 1], "dw": width, "dh": height}
        real = np.arange(len(places)) < len(found.real)
        self._frames.data = {
            "x": places[:, 0],
            "y": places[:, 1],
            "dw": width,
            "dh": height,
            "color": np.where(real, REAL, SYNTHETIC),
            "width": np.where(selected, 4.0, np.where(real, 1.0, 2.0)),
        }
        self._rings.data = {"y": [-each for each in RINGS], "text": [f"{each * edge:.2g}" for each in RINGS]}

    def _tapped(self, event: Any) -> None:
        if not len(self._places):
            return
        far = np.abs(self._places - [event.x, event.y]).max(axis=1)
        # Of images that lie over each other, the last one is on top.
        hit = np.flatnonzero(far <= SIDE / 2)
        held = event.modifiers or {}
        if len(hit):
            self._select(int(hit[-1]), bool(held.get("shift") or held.get("ctrl")))
