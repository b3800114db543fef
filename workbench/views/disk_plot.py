"""The figure of the disk: real points, synthetic points, centroids with the geodesics between them, and rings."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.events import DoubleTap, Pan, PanStart
from bokeh.models import ColumnDataSource, CustomJS, HoverTool, Scatter, TapTool
from bokeh.plotting import figure

from hdd.projection import VIEWS, View
from workbench.browser import callback
from workbench.core.class_layout import ClassLayout
from workbench.core.disk_requests import DrawnDisk
from workbench.core.projector import Sample
from workbench.theme import class_colors
from workbench.views.disk_columns import Chart, grid, join_with_gaps, round_up
from workbench.views.fit import fit


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
        self._chart, self._reach = Chart(), 1.0
        self._real_key: tuple | None = None
        places = ("hx", "hy", "ox", "oy", "x", "y")
        self._motion = ColumnDataSource(self._chart.motion())
        self._edges = ColumnDataSource({"x": [0.0], "y": [0.0], "size": [1.0]})
        self._disk_names = _source("x", "y", "text")
        self._rings = _source(*places)
        self._ring_names = _source(*places, "text")
        self._real = _source(*places, "color", "fill", "line")
        self._geodesics = _source(*places)
        self._synthetic = _source(*places, "color", "name", "radius", "distance", "image")
        self._real_centroids = _source(*places, "color", "name", "gap", "label")
        self._synthetic_centroids = _source(*places, "color", "name", "gap", "label")
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
        edge = {"fill_alpha": 0.04, "fill_color": "#808890", "line_color": "#808890", "line_alpha": 0.7}
        plot.circle("x", "y", radius="size", source=self._edges, **edge)  # pyright: ignore[reportArgumentType]
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
        shapes: dict[str, dict[str, Any]] = {
            "square": {"size": 17, "fill_alpha": 0.25, "fill_color": "color", "line_color": "color", "line_width": 2.5},
            "star": {"size": 15, "fill_color": "color", "line_color": "white", "line_width": 1},
        }
        real_centroids, synthetic_centroids = (
            plot.scatter("x", "y", source=source, marker=marker, name=marker, **shapes[marker], **overlay)
            for source, marker in ((self._real_centroids, "square"), (self._synthetic_centroids, "star"))
        )
        names: dict[str, Any] = {"text_font_size": "12px", "text_color": "#808890"}
        plot.text("x", "y", "text", source=self._ring_names, x_offset=3, text_baseline="top", **names)
        plot.text("x", "y", "text", source=self._disk_names, text_align="center", y_offset=-1, **names)
        strong = {**names, "text_font_style": "bold", "text_baseline": "middle", "x_offset": 9}
        plot.text("x", "y", "label", source=self._real_centroids, name="class names", **strong, **overlay)
        plot.add_tools(
            TapTool(renderers=[synthetic]),
            HoverTool(
                renderers=[synthetic],
                tooltips=[
                    ("synthetic", "@name"),
                    ("√|K|·radius", "@radius{0.000}"),
                    ("√|K|·distance to ▢", "@distance{0.000}"),
                ],
            ),
            HoverTool(renderers=[real_centroids], tooltips=[("real centroid", "@name"), ("distance to ★", "@gap")]),
            HoverTool(
                renderers=[synthetic_centroids], tooltips=[("synthetic centroid", "@name"), ("distance to ▢", "@gap")]
            ),
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
        points, view = disk.projection, VIEWS[disk.view]
        labels = np.flatnonzero(shown)
        number = np.cumsum(shown) - 1 if view.apart else np.zeros(len(shown), int)
        chart = self._chart_of(disk, labels if view.apart else labels[:1])
        real_key = (disk.request.look, chart, tuple(shown))
        if chart != self._chart or self._drawn is None or self._drawn.view != disk.view:
            self._show_chart(chart, view, labels)
        if real_key != self._real_key:
            self._real_key = real_key
            self._draw_real(disk, sample, shown, number)
        images = np.flatnonzero(shown[self._layout.labels])
        self._images = images.tolist()
        places = [self._layout.place(image) for image in self._images]
        self._synthetic.data = {
            **chart.place(points.synthetic[images], number[self._layout.labels[images]]),
            "color": [self._colors[label] for label, _ in places],
            "name": [f"{self._classes[label]} #{index + 1}" for label, index in places],
            "radius": points.synthetic_radius[images].tolist(),
            "distance": points.synthetic_distance[images].tolist(),
            "image": self._images,
        }
        there = np.flatnonzero(shown & (self._layout.counts > 0))
        about = {"color": [self._colors[c] for c in there], "name": [self._classes[c] for c in there]}
        about["gap"] = [f"{points.gap[c]:.3g}" for c in there]
        # A disk of its own has the name above it.
        about["label"] = [""] * len(there) if view.apart else about["name"]
        for source, centroids in (
            (self._real_centroids, points.real_centroids),
            (self._synthetic_centroids, points.synthetic_centroids),
        ):
            source.data = {**chart.place(centroids[there], number[there]), **about}
        lines = points.geodesics[there]
        self._geodesics.data = chart.place(join_with_gaps(lines), np.repeat(number[there], lines.shape[1] + 1))
        self._drawn = disk

    def _draw_real(self, disk: DrawnDisk, sample: Sample, shown: np.ndarray, number: np.ndarray) -> None:
        points = disk.projection
        rows = np.flatnonzero(shown[sample.labels])
        kept = points.kept[rows]
        self._real.data = {
            **self._chart.place(points.real[rows], number[sample.labels[rows]]),
            "color": [self._colors[label] for label in sample.labels[rows]],
            "fill": np.where(kept, 0.55, 0.0),
            "line": np.where(kept, 0.0, 0.3),
        }

    def _chart_of(self, disk: DrawnDisk, labels: np.ndarray) -> Chart:
        """The chart of a disk; its scale changes rarely, so that the picture does not keep changing size."""
        points, view = disk.projection, VIEWS[disk.view]
        drawn = np.concatenate([points.real, points.synthetic])
        largest = max(float(np.quantile(np.hypot(*drawn.T), 0.995)), 1e-9)
        centres, size = grid(max(1, len(labels)))
        if self._drawn is not None and self._drawn.view == disk.view and 0.45 * self._reach < largest <= self._reach:
            reach = self._reach
        else:
            unit = 10 ** math.floor(math.log10(largest * 1.15))
            reach = math.ceil(largest * 1.15 / unit * 2) / 2 * unit
        self._reach = reach
        return Chart(view.chart, reach if view.chart == "linear" else 1.0, centres, size)

    def _show_chart(self, chart: Chart, view: type[View], labels: np.ndarray) -> None:
        """Shows the edges of the disks, rings and names, and fits the figure to what is drawn."""
        self._chart = chart
        self._motion.data = chart.motion()
        x, y = zip(*chart.centres, strict=True)
        self._edges.data = {"x": [*x], "y": [*y], "size": [chart.size] * len(x)}
        # Points that fill only the middle of the disk are enlarged, with the edge out of sight.
        extent = 1.0 if view.apart else min(1.0, max(0.05, math.tanh(self._reach / 2)))
        height = max(abs(middle) for _, middle in chart.centres) + chart.size if view.apart else extent
        above = 0.08 if view.apart else 0.0
        self._fit.args = {
            **self._fit.args,
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
        self.reset()


def _source(*names: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in names})
