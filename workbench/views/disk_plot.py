"""The figure of the disk: real points, synthetic points, centroids with the geodesics between them, and rings."""

from collections.abc import Callable
from typing import Any

import numpy as np
from bokeh.events import DoubleTap, Pan, PanStart, RangesUpdate
from bokeh.models import ColumnDataSource, CustomJS, Scatter
from bokeh.plotting import figure

from hdd.projection import VIEWS
from workbench.browser import callback
from workbench.core.class_layout import ClassLayout
from workbench.core.disk_requests import DrawnDisk
from workbench.core.projector import Sample
from workbench.theme import SYNTHETIC, class_colors, class_markers
from workbench.views.columns import put
from workbench.views.disk_chart import GREY, DiskChart
from workbench.views.disk_columns import PLACES, join_with_gaps
from workbench.views.disk_pointing import DiskPointing
from workbench.views.point_colors import PointColors

OVERLAY: dict[str, Any] = {"level": "overlay"}
"""What changes with each frame is drawn on it, so that the thousands of real points need not be painted again."""

FADED = 0.3
"""Opacity of the points of synthetic images that are left out."""


class DiskPlot:
    """A figure whose points can be dragged; the browser moves them without asking the server.

    Args:
        classes: names, in label order.
        layout: of the synthetic images.
        select: called with the selected synthetic images and the selected real ones; see `DiskPointing`.
        picture: see `DiskPointing`.

    Attributes:
        figure: the Bokeh figure, to be put on a page.
        pointing: what the pointer does.
    """

    def __init__(
        self,
        classes: list[str],
        layout: ClassLayout,
        select: Callable[[list[int], list[int]], None],
        picture: Callable[[str, int], np.ndarray | None],
    ) -> None:
        self._classes = classes
        self._layout = layout
        self._colors, self._markers = np.array(class_colors(len(classes))), np.array(class_markers(len(classes)))
        self._real_key: tuple | None = None
        point = (*PLACES, "color", "marker", "label", "nearest")
        self._real = _source(
            *point, "number", "kept", "root_distance", "own_distance", "fill", "line", "fill_alpha", "line_alpha"
        )
        self._synthetic = _source(*point, "name", "radius", "distance", "image", "full", "alpha")
        centroid = (*PLACES, "color", "name", "gap", "label", "full", "alpha")
        self._real_centroids = _source(*centroid, "label_text", "written", "name_x", "name_y")
        self._synthetic_centroids = _source(*centroid)
        self._geodesics = _source(*PLACES)
        self._cursor = _source(*PLACES)
        self._highlighted = ColumnDataSource({"label": [-1]})
        self._sources = [
            self._real,
            self._geodesics,
            self._synthetic,
            self._real_centroids,
            self._synthetic_centroids,
            self._cursor,
        ]
        self._resets = 0
        self.figure = plot = figure(
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
        self._rings = DiskChart(plot, classes)
        self._sources = [*self._rings.sources, *self._sources]
        renderers = self._draw_glyphs(plot)
        centroids = self._real_centroids, self._synthetic_centroids
        self.pointing = DiskPointing(plot, renderers, self._real, self._synthetic, centroids, classes, select, picture)
        self._connect(plot)

    def _draw_glyphs(self, plot: figure) -> list[Any]:
        """Adds all glyphs to the figure; returns the renderers of the real and the synthetic points."""
        marker: dict[str, Any] = {"marker": "marker", "fill_color": "color"}
        picked: dict[str, Any] = {**marker, "line_color": SYNTHETIC, "line_width": 2.5}
        faint: dict[str, Any] = {"fill_alpha": "fill_alpha", "line_alpha": "line_alpha"}
        real = plot.scatter("x", "y", source=self._real, size=6, line_color="color", **marker, **faint, name="real")
        real.selection_glyph = Scatter(size=10, fill_alpha=1.0, **picked)
        plot.line("x", "y", source=self._geodesics, line_color=GREY, line_width=2, **OVERLAY)
        synthetic = plot.scatter(
            "x",
            "y",
            source=self._synthetic,
            size=11,
            **marker,
            line_color="white",
            line_width=1.2,
            alpha="alpha",
            **OVERLAY,
        )
        synthetic.selection_glyph = Scatter(size=17, **picked)
        real.nonselection_glyph = synthetic.nonselection_glyph = None
        shapes: dict[str, dict[str, Any]] = {
            "square": {"size": 17, "fill_color": None, "line_color": "color", "line_width": 3, "line_alpha": "alpha"},
            "star": {"size": 19, "fill_color": "color", "line_color": "#1c2025", "line_width": 1.2, "alpha": "alpha"},
        }
        leader = {"line_color": GREY, "line_alpha": 0.5, **OVERLAY}
        plot.segment("x", "y", "name_x", "name_y", source=self._real_centroids, **leader)
        for source, shape in ((self._real_centroids, "square"), (self._synthetic_centroids, "star")):
            plot.scatter("x", "y", source=source, marker=shape, name=shape, **shapes[shape], **OVERLAY)
        self._rings.draw_words(plot)
        # The box keeps names legible over points, on light and on dark paper.
        middle = {"text_baseline": "middle", "text_align": "center", "text_font_size": "12px"}
        box = {"text_color": "#ffffff", "background_fill_color": "#37414b", "background_fill_alpha": 0.72, "padding": 1}
        text: dict[str, Any] = {"source": self._real_centroids, "name": "class names", **middle, **box, **OVERLAY}
        plot.text("name_x", "name_y", "written", **text)
        ring = {"size": 22, "fill_color": None, "line_color": SYNTHETIC, "line_dash": "dashed", "line_width": 2}
        plot.scatter("x", "y", source=self._cursor, **ring, **OVERLAY)
        return [real, synthetic]

    def _move(self, plot: figure, how: str) -> CustomJS:
        """The callback that moves the points in the browser; disk.js explains `how`."""
        return callback("disk.js", plot=plot, motion=self._rings.motion, sources=self._sources, how=how)

    def _connect(self, plot: figure) -> None:
        """Connects what happens in the browser."""
        names = callback("class_names.js", plot=plot, source=self._real_centroids)
        for event, how in ((PanStart, "grab"), (Pan, "move"), (DoubleTap, "centre")):
            plot.js_on_event(event, self._move(plot, how), names)
        plot.js_on_event(RangesUpdate, names)
        for size in ("inner_width", "inner_height"):
            plot.js_on_change(size, names)
        # A button that is added to a page later loses its browser callback (panel-material-ui 0.16), so the server
        # changes the figure's tags instead.
        plot.js_on_change("tags", self._move(plot, "reset"), self._rings.fit, names)
        dots = ("alpha", "full")
        shaded = [
            [self._real, [["fill_alpha", "fill"], ["line_alpha", "line"]]],
            *([each, [dots]] for each in (self._synthetic, self._real_centroids, self._synthetic_centroids)),
        ]
        self._highlighted.js_on_change("data", callback("shade.js", highlighted=self._highlighted, sources=shaded))
        for source in self._sources:
            source.js_on_change("data", self._move(plot, "place"))
        for source, columns in shaded:
            source.js_on_change(
                "data", callback("shade.js", highlighted=self._highlighted, sources=[[source, columns]])
            )
        self._real_centroids.js_on_change("data", names)

    def reset(self) -> None:
        """Undoes drags and zooms. Only the browser knows them, so this tells the browser to do it."""
        self._resets += 1
        self.figure.tags = [self._resets]

    def highlight(self, label: int | None) -> None:
        """Shows one class in full and all others faintly; None shows all in full."""
        put(self._highlighted, {"label": [-1 if label is None else label]})

    def put_cursor(self, image: int | None, number: int | None) -> None:
        """Rings the points of a synthetic image, or else of a real one; with neither, no point."""
        source, column, wanted = (self._real, "number", number) if image is None else (self._synthetic, "image", image)
        values = np.asarray(source.data[column], int)
        rows = np.flatnonzero(values == (-1 if wanted is None else wanted))
        put(self._cursor, {name: np.asarray(source.data[name], float)[rows].tolist() for name in PLACES})

    def draw(self, disk: DrawnDisk, sample: Sample, shown: np.ndarray, colors: PointColors) -> None:
        """Draws a projection.

        Args:
            disk: the projection to draw.
            sample: the real images whose points it holds.
            shown: (C,) bool, the classes to draw.
            colors: of the points.
        """
        points, view = disk.projection, VIEWS[disk.view]
        labels = np.flatnonzero(shown)
        number = np.cumsum(shown) - 1 if view.apart else np.zeros(len(shown), int)
        if self._rings.choose(disk, labels):
            self.reset()
        chart = self._rings.chart
        real_key = (disk.request.look, chart, tuple(shown), colors.real)
        if real_key != self._real_key:
            self._real_key = real_key
            self._draw_real(disk, sample, shown, number, colors)
        drawn = np.flatnonzero(shown[self._layout.point_labels])
        images = drawn // self._layout.held
        places = [self._layout.place(image) for image in images.tolist()]
        own = self._layout.labels[images]
        full = np.where(disk.kept[images], 1.0, FADED).tolist()
        self._synthetic.data = {
            **chart.place(points.synthetic[drawn], number[own]),
            "color": [colors.synthetic[point] for point in drawn],
            "marker": self._markers[own].tolist(),
            "label": own.tolist(),
            "name": [f"{self._classes[label]} #{index + 1}" for label, index in places],
            "radius": points.synthetic_radius[drawn].tolist(),
            "distance": points.synthetic_distance[drawn].tolist(),
            "nearest": points.synthetic_nearest[drawn].tolist(),
            "image": images.tolist(),
            "full": full,
            "alpha": [*full],
        }
        self._draw_centroids(disk, shown, number)

    def _draw_centroids(self, disk: DrawnDisk, shown: np.ndarray, number: np.ndarray) -> None:
        points, chart = disk.projection, self._rings.chart
        there = np.flatnonzero(shown & (self._layout.counts > 0))
        names, ones = [self._classes[label] for label in there], [1.0] * len(there)
        about = {"color": self._colors[there].tolist(), "name": names, "label": there.tolist(), "full": ones}
        about["gap"] = [f"{points.gap[label]:.3g}" for label in there]
        real = chart.place(points.real_centroids[there], number[there])
        # A disk of its own has the name above it.
        texts = {"label_text": [""] * len(there) if VIEWS[disk.view].apart else names, "written": [""] * len(there)}
        texts |= {"name_x": [*real["x"]], "name_y": [*real["y"]]}
        self._real_centroids.data = {**real, **about, **texts, "alpha": [*ones]}
        synthetic = chart.place(points.synthetic_centroids[there], number[there])
        self._synthetic_centroids.data = {**synthetic, **about, "alpha": [*ones]}
        lines = points.geodesics[there]
        self._geodesics.data = chart.place(join_with_gaps(lines), np.repeat(number[there], lines.shape[1] + 1))

    def _draw_real(
        self, disk: DrawnDisk, sample: Sample, shown: np.ndarray, number: np.ndarray, colors: PointColors
    ) -> None:
        points = disk.projection
        rows = np.flatnonzero(shown[sample.labels])
        own, kept = sample.labels[rows], points.kept[rows]
        # Pruned points are hollow.
        fill, line = np.where(kept, 0.6, 0.0), np.where(kept, 0.0, 0.45)
        self._real.data = {
            **self._rings.chart.place(points.real[rows], number[own]),
            "color": [colors.real[row] for row in rows],
            "marker": self._markers[own].tolist(),
            "label": own,
            "number": sample.indices[rows],
            "kept": kept.astype(np.uint8),
            "root_distance": points.real_radius[rows],
            "own_distance": points.real_distance[rows],
            "nearest": points.real_nearest[rows],
            "fill": fill,
            "line": line,
            "fill_alpha": fill.copy(),
            "line_alpha": line.copy(),
        }


def _source(*names: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in names})
