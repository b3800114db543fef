"""The figure of the disk: real points, synthetic points, centroids with the geodesics between them, and rings."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.events import DoubleTap, Pan, PanStart
from bokeh.models import ColumnDataSource, CustomJS, HoverTool, Scatter, TapTool
from bokeh.plotting import figure

from workbench.browser import callback
from workbench.core.class_layout import ClassLayout
from workbench.core.disk_requests import DrawnDisk
from workbench.core.projector import Sample
from workbench.theme import class_colors
from workbench.views.disk_columns import join_with_gaps, place_points, round_up
from workbench.views.fit import fit

CHARTS = {"radius": "linear", "poincare": "poincare", "umap": "poincare"}


class DiskPlot:
    """A figure whose points can be dragged; the browser moves them without asking the server.

    Args:
        classes: names, in label order.
        layout: of the synthetic images.
        select: called with the number of the synthetic image whose point was clicked, None if no point is selected.

    Attributes:
        figure: the Bokeh figure, to be put on a page.
    """

    def __init__(self, classes: list[str], layout: ClassLayout, select: Callable[[int | None], None]) -> None:
        self._classes = classes
        self._layout = layout
        self._select = select
        self._colors = class_colors(len(classes))
        self._drawn: DrawnDisk | None = None
        self._images: list[int] = []
        self._chart, self._edge = "linear", 1.0
        self._real_key: tuple | None = None
        places = ("hx", "hy", "x", "y")
        self._motion = ColumnDataSource({"chart": [self._chart], "rim": [self._edge]})
        self._rings = _source(*places)
        self._ring_names = _source(*places, "text")
        self._real = _source(*places, "color", "fill", "line", "name")
        self._geodesics = _source(*places)
        self._synthetic = _source(*places, "color", "name", "radius", "image")
        self._real_centroids = _source(*places, "color", "name")
        self._synthetic_centroids = _source(*places, "color", "name")
        self._sources = [
            self._rings,
            self._ring_names,
            self._real,
            self._geodesics,
            self._synthetic,
            self._real_centroids,
            self._synthetic_centroids,
        ]
        self._resets = 0
        self.figure = self._figure()
        self._synthetic.selected.on_change("indices", self._tapped)

    def _callback(self, plot: figure, how: str) -> CustomJS:
        """The callback that moves the points in the browser; disk.js explains `how`."""
        return callback("disk.js", plot=plot, motion=self._motion, sources=self._sources, how=how)

    def _figure(self) -> figure:
        plot = figure(
            name="disk",
            sizing_mode="stretch_both",
            tools="wheel_zoom",
            active_scroll="wheel_zoom",
            title=None,
            toolbar_location=None,
            min_border=2,
            outline_line_color=None,
        )
        plot.axis.visible = plot.grid.visible = False
        self._fit = fit(plot, (-1.04, 1.04), (-1.04, 1.04))
        plot.circle(0, 0, radius=1, fill_alpha=0.04, fill_color="#808890", line_color="#808890", line_alpha=0.7)
        plot.line("x", "y", source=self._rings, line_color="#808890", line_alpha=0.35)
        plot.scatter(
            "x", "y", source=self._real, size=4, color="color", fill_alpha="fill", line_alpha="line", name="real"
        )
        # Everything that changes with each frame is drawn on the overlay, so that the thousands of real points need not
        # be painted again.
        overlay: dict[str, Any] = {"level": "overlay"}
        plot.line("x", "y", source=self._geodesics, line_color="#808890", line_width=2, **overlay)
        dots = {"size": 9, "fill_color": "color", "line_color": "white", "line_width": 1.2}
        synthetic = plot.scatter("x", "y", source=self._synthetic, **dots, **overlay)
        synthetic.nonselection_glyph = None
        synthetic.selection_glyph = Scatter(size=16, fill_color="color", line_color="#d55e00", line_width=3)
        stars = {"size": 14, "fill_color": "color", "line_color": "#5c6470"}
        real_centroids, synthetic_centroids = (
            plot.scatter("x", "y", source=source, marker=marker, name=marker, **stars, **overlay)
            for source, marker in ((self._real_centroids, "square_pin"), (self._synthetic_centroids, "star"))
        )
        names = {"text_font_size": "10px", "text_color": "#808890", "x_offset": 3, "text_baseline": "top"}
        plot.text("x", "y", "text", source=self._ring_names, **names)
        plot.add_tools(
            TapTool(renderers=[synthetic]),
            HoverTool(renderers=[synthetic], tooltips=[("synthetic", "@name"), ("√|K|·radius", "@radius{0.000}")]),
            HoverTool(renderers=[real_centroids], tooltips=[("real centroid", "@name")]),
            HoverTool(renderers=[synthetic_centroids], tooltips=[("synthetic centroid", "@name")]),
        )
        for event, how in ((PanStart, "grab"), (Pan, "move"), (DoubleTap, "centre")):
            plot.js_on_event(event, self._callback(plot, how))
        # A button that is added to a page later loses its browser callback (panel-material-ui 0.16), so the server
        # changes the figure's tags instead.
        plot.js_on_change("tags", self._callback(plot, "reset"), self._fit)
        for source in self._sources:
            source.js_on_change("data", self._callback(plot, "place"))
        return plot

    def reset(self) -> None:
        """Undoes drags and zooms. Only the browser knows them, so this tells the browser to do it."""
        self._resets += 1
        self.figure.tags = [self._resets]

    def _tapped(self, _: str, old: list[int], new: list[int]) -> None:
        self._select(self._images[new[0]] if new and new[0] < len(self._images) else None)

    def mark(self, image: int | None) -> None:
        """Marks the point of the selected image; with None, no point."""
        indices = [self._images.index(image)] if image in self._images else []
        if list(self._synthetic.selected.indices) != indices:
            self._synthetic.selected.indices = indices

    def draw(self, disk: DrawnDisk, sample: Sample, shown: np.ndarray) -> None:
        """Draws a projection.

        Args:
            disk: the projection to draw.
            sample: the real images whose points it holds.
            shown: (C,) bool, the classes to draw.
        """
        points = disk.projection
        chart = CHARTS[disk.view]
        rim = self._rim(points.real_radius, points.synthetic_radius) if chart == "linear" else 1.0
        turned = (chart, rim) != (self._chart, self._edge)
        if turned:
            self._chart, self._edge = chart, rim
            self._motion.data = {"chart": [chart], "rim": [rim]}
        if turned or self._drawn is None or self._drawn.view != disk.view:
            self._draw_rings(disk.view, chart, rim)
        real_key = (disk.request.look, turned, tuple(shown))
        if real_key != self._real_key:
            self._real_key = (disk.request.look, False, tuple(shown))
            self._draw_real(disk, sample, shown, chart, rim)
        images = np.flatnonzero(shown[self._layout.labels])
        self._images = images.tolist()
        places = [self._layout.place(image) for image in self._images]
        self._synthetic.data = {
            **place_points(points.synthetic[images], chart, rim),
            "color": [self._colors[label] for label, _ in places],
            "name": [f"{self._classes[label]} #{index + 1}" for label, index in places],
            "radius": points.synthetic_radius[images].tolist(),
            "image": self._images,
        }
        labels = np.flatnonzero(shown & (self._layout.counts > 0))
        about = {"color": [self._colors[c] for c in labels], "name": [self._classes[c] for c in labels]}
        self._real_centroids.data = {**place_points(points.real_centroids[labels], chart, rim), **about}
        self._synthetic_centroids.data = {**place_points(points.synthetic_centroids[labels], chart, rim), **about}
        self._geodesics.data = place_points(join_with_gaps(points.geodesics[labels]), chart, rim)
        self._drawn = disk

    def _draw_real(self, disk: DrawnDisk, sample: Sample, shown: np.ndarray, chart: str, rim: float) -> None:
        points = disk.projection
        rows = np.flatnonzero(shown[sample.labels] & np.isfinite(points.real).all(1))
        kept = disk.kept[rows]
        self._real.data = {
            **place_points(points.real[rows], chart, rim),
            "color": [self._colors[label] for label in sample.labels[rows]],
            "fill": np.where(kept, 0.55, 0.0),
            "line": np.where(kept, 0.0, 0.3),
            "name": [self._classes[label] for label in sample.labels[rows]],
        }

    def _rim(self, real: np.ndarray, synthetic: np.ndarray) -> float:
        """Radius at the edge of a linear chart. It changes rarely, so that the picture does not keep changing scale."""
        largest = max(float(real.max()), float(synthetic.max()), 1e-9)
        if self._chart == "linear" and 0.45 * self._edge < largest <= self._edge and self._edge != 1.0:
            return self._edge
        unit = 10 ** math.floor(math.log10(largest * 1.15))
        return math.ceil(largest * 1.15 / unit * 2) / 2 * unit

    def _draw_rings(self, view: str, chart: str, rim: float) -> None:
        step = round_up(rim / 4) if chart == "linear" else 1.0
        radii = np.arange(1, 5) * step if chart == "poincare" else np.arange(1, math.floor(rim / step) + 1) * step
        angle = np.linspace(0, 2 * np.pi, 97)
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        # The radii of a UMAP drawing mean nothing, so it gets no rings.
        radii = radii[:0] if view == "umap" else radii
        self._rings.data = place_points(join_with_gaps(radii[:, None, None] * circle), chart, rim)
        top = np.stack([np.zeros(len(radii)), radii], axis=-1)
        self._ring_names.data = {**place_points(top, chart, rim), "text": [f"{radius:g}" for radius in radii]}


def _source(*names: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in names})
