"""The scale of the disk, its rings, and what of it is in sight."""

import math
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource
from bokeh.plotting import figure

from hdd.projection import VIEWS, View
from workbench.core.disk_requests import DrawnDisk
from workbench.theme import EDIT
from workbench.views.disk_columns import PLACES, Chart, grid, join_with_gaps, round_up
from workbench.views.fit import fit

GREY = "#808890"

WHOLE_FROM = 0.8
"""Share of the disk from which all of it is shown: an edge that is just cut off would look like a mistake."""


class DiskChart:
    """The edges, rings and names of the disks of a figure.

    Args:
        plot: the figure.
        classes: names, in label order.

    Attributes:
        chart: how the hyperbolic plane is drawn.
        motion: the source from which the browser knows the chart; see disk.js.
        sources: of points that move with the disk.
        fit: the callback that fits the figure to what is drawn.
    """

    def __init__(self, plot: figure, classes: list[str]) -> None:
        self.chart = Chart()
        self._classes = classes
        self._reach = 1.0
        self._shown: tuple | None = None
        self.motion = ColumnDataSource(self.chart.motion())
        self._edges = ColumnDataSource({"x": [0.0], "y": [0.0], "size": [1.0]})
        self._disk_names = ColumnDataSource({"x": [], "y": [], "text": []})
        self._rings, self._clamp = (ColumnDataSource({name: [] for name in PLACES}) for _ in range(2))
        named = (*PLACES, "text")
        self._ring_names, self._clamp_name = (ColumnDataSource({name: [] for name in named}) for _ in range(2))
        self._clamp_ring = np.zeros((0, 2))
        self.sources = [self._rings, self._clamp, self._ring_names, self._clamp_name]
        self.fit = fit(plot, (-1.04, 1.04), (-1.04, 1.04))
        edge = {"fill_alpha": 0.04, "fill_color": GREY, "line_color": GREY, "line_alpha": 0.7}
        plot.circle("x", "y", radius="size", source=self._edges, **edge)  # pyright: ignore[reportArgumentType]
        plot.line("x", "y", source=self._rings, line_color=GREY, line_alpha=0.35)

    def draw_words(self, plot: figure) -> None:
        """Adds the glyphs that lie over the points."""
        plot.line("x", "y", source=self._clamp, line_color=EDIT, line_dash="dashed", line_width=1.5)
        names: dict[str, Any] = {"text_font_size": "12px", "text_baseline": "top"}
        plot.text("x", "y", "text", source=self._ring_names, x_offset=3, text_color=GREY, **names)
        plot.text("x", "y", "text", source=self._clamp_name, text_align="center", text_color=EDIT, **names)
        above = {"text_align": "center", "text_baseline": "bottom", "y_offset": -1, "text_color": GREY}
        plot.text("x", "y", "text", source=self._disk_names, **{**names, **above})  # pyright: ignore[reportArgumentType]

    def choose(self, disk: DrawnDisk, labels: np.ndarray) -> bool:
        """Chooses the chart of a drawing; its scale changes rarely, so that the picture does not keep changing size.

        Args:
            disk: the drawing.
            labels: the classes that are drawn.

        Returns:
            Whether the chart has changed, and with it where points are drawn.
        """
        points, view = disk.projection, VIEWS[disk.view]
        drawn = np.concatenate([points.real, points.synthetic])
        largest = max(float(np.quantile(np.hypot(*drawn.T), 0.995)), 1e-9)
        centres, size = grid(max(1, len(labels) if view.apart else 1))
        same = self._shown is not None and self._shown[0] == disk.view
        if not (same and 0.45 * self._reach < largest <= self._reach):
            unit = 10 ** math.floor(math.log10(largest * 1.15))
            self._reach = math.ceil(largest * 1.15 / unit * 2) / 2 * unit
        chart = Chart(view.chart, self._reach if view.chart == "linear" else 1.0, centres, size)
        clamp = disk.geometry.clamp
        shown = (disk.view, chart, self._reach, clamp, tuple(labels) if view.apart else ())
        changed = shown != self._shown
        self._shown, self.chart = shown, chart
        if changed:
            self.motion.data = chart.motion()
            self._draw(view, labels, points.clamp_ring)
        if changed or not np.array_equal(points.clamp_ring, self._clamp_ring):
            self._clamp_ring = points.clamp_ring
            self._clamp.data = chart.place(points.clamp_ring)
            highest = points.clamp_ring[points.clamp_ring[:, 1].argsort()[-1:]]
            self._clamp_name.data = {**chart.place(highest), "text": [f"clamp {clamp:g}" for _ in highest]}
        return changed

    def _draw(self, view: type[View], labels: np.ndarray, clamp_ring: np.ndarray) -> None:
        """Shows the edges of the disks, rings and names, and fits the figure to what is drawn."""
        chart = self.chart
        x, y = zip(*chart.centres, strict=True)
        self._edges.data = {"x": [*x], "y": [*y], "size": [chart.size] * len(x)}
        # Points that fill only the middle of the disk are enlarged, with the edge out of sight. All that the clamp
        # allows stays in sight.
        reach = max(self._reach, float(np.hypot(*clamp_ring.T).max(initial=0)))
        extent = max(0.05, math.tanh(reach / 2))
        if view.apart or extent > WHOLE_FROM:
            extent = 1.0
        height = max(abs(middle) for _, middle in chart.centres) + chart.size if view.apart else extent
        above = 0.08 if view.apart else 0.0
        self.fit.args = {
            **self.fit.args,
            "x0": -1.04 * extent,
            "x1": 1.04 * extent,
            "y0": -1.04 * height,
            "y1": 1.04 * height + above,
        }
        step = round_up(self._reach / 5)
        radii = np.arange(1, 5) * step if view.rings else np.zeros(0)
        radii = radii[radii < 0.95 * self._reach]
        angle = np.linspace(0, 2 * np.pi, 97)
        circles = join_with_gaps(radii[:, None, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1))
        disks = np.arange(len(chart.centres))
        self._rings.data = chart.place(np.tile(circles, (len(disks), 1)), np.repeat(disks, len(circles)))
        # In a row of small disks, one is enough to read the rings from.
        top = np.stack([np.zeros(len(radii)), radii], axis=-1)
        self._ring_names.data = {**chart.place(top), "text": [f"{radius:g}" for radius in radii]}
        names = [self._classes[label] for label in labels] if view.apart else []
        self._disk_names.data = {
            "x": [x for x, _ in chart.centres][: len(names)],
            "y": [y + chart.size for _, y in chart.centres][: len(names)],
            "text": names,
        }
