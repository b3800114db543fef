"""Real and synthetic features in the hyperbolic plane, as a disk that the pointer can move."""

import math
import time
from concurrent.futures import Future
from functools import partial

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.events import DoubleTap, Pan, PanStart
from bokeh.models import ColumnDataSource, CustomJS, HoverTool, Scatter, TapTool, WheelZoomTool
from bokeh.plotting import figure

from hdd.projection import VIEWS, Faithfulness
from workbench.browser import callback
from workbench.component import SourceComponent
from workbench.core import projector
from workbench.core.disk_requests import DrawnDisk
from workbench.core.frame import Frame
from workbench.core.projector import Sample
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import SMALL_CHOICE, Text, class_colors
from workbench.views.fit import fit

TITLES = {"radius": "exact radius", "poincare": "Poincaré, at the centroid", "umap": "UMAP"}
CHARTS = {"radius": "linear", "poincare": "poincare", "umap": "poincare"}
FAITHFULNESS_SECONDS = 4.0
FEW = 500
"""Points whose columns go as lists, all in one message: Bokeh sends each array as two messages of its own."""


class Disk(SourceComponent):
    """The disk with its choice of view and classes.

    Args:
        shown: see `SourceComponent`.
    """

    lively = True

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        session = self._session
        self._classes = session.source.classes
        self._layout = session.source.layout
        self._colors = class_colors(len(self._classes))
        self._drawn: DrawnDisk | None = None
        self._real_key: tuple | None = None
        self._frame: Frame | None = None
        self._faithfulness: tuple[tuple, Faithfulness] | None = None
        self._faithfulness_due = 0.0
        self._faithfulness_asked = False
        places = ("hx", "hy", "x", "y")
        self._motion = ColumnDataSource({"chart": ["linear"], "rim": [1.0]})
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
        self.plot = self._figure()
        self._build()
        self._synthetic.selected.on_change("indices", self._tapped)

    # The parts

    def _build(self) -> None:
        selection = self._session.selection
        view = pmui.Select(
            label="Disk",
            options={text: name for name, text in TITLES.items()},
            size="small",
            sizing_mode="stretch_width",
            max_width=220,
            margin=(4, 8),
        )
        view.param.watch(lambda event: selection.param.update(view=event.new), "value")
        classes = pmui.MultiChoice(
            label="Classes",
            options=self._classes,
            value=[],
            sizing_mode="stretch_width",
            max_width=200,
            margin=(4, 4),
            sx=SMALL_CHOICE,
        )
        classes.param.watch(lambda event: selection.param.update(classes=event.new), "value")
        reset = pmui.IconButton(
            icon="center_focus_strong", description="Reset: undo drags and zooms", size="small", margin=(6, 4)
        )
        reset.on_click(lambda _: self._reset())
        # Room for two lines, so that the disk keeps its size when the words change.
        self._says = Text("", variant="caption", margin=(2, 10), styles={"min-height": "32px"})
        self._summary = Text("", variant="caption", margin=(0, 10, 4, 10))
        self._panel = pmui.Column(
            pmui.Row(view, classes, reset, sizing_mode="stretch_width"),
            pn.pane.Bokeh(self.plot, sizing_mode="stretch_both", min_height=200),
            self._says,
            self._summary,
            sizing_mode="stretch_both",
        )

    def _callback(self, plot: figure, how: str) -> CustomJS:
        """What moves the points in the browser; see disk.js for `how`."""
        return callback("disk.js", plot=plot, motion=self._motion, sources=self._sources, how=how)

    def _figure(self) -> figure:
        plot = figure(
            name="disk",
            sizing_mode="stretch_both",
            tools="wheel_zoom",
            title=None,
            toolbar_location=None,
            min_border=2,
            outline_line_color=None,
        )
        plot.toolbar.active_scroll = plot.select_one(WheelZoomTool)
        plot.axis.visible = plot.grid.visible = False
        self._fit = fit(plot, (-1.04, 1.04), (-1.04, 1.04))
        plot.circle(0, 0, radius=1, fill_alpha=0.04, fill_color="#808890", line_color="#808890", line_alpha=0.7)
        plot.line("x", "y", source=self._rings, line_color="#808890", line_alpha=0.35)
        plot.scatter(
            "x", "y", source=self._real, size=4, color="color", fill_alpha="fill", line_alpha="line", name="real"
        )
        # What moves with every frame lies on the overlay: thousands of real points need not be painted again with it.
        overlay = {"level": "overlay"}
        plot.line("x", "y", source=self._geodesics, line_color="#808890", line_width=2, **overlay)
        dots = {"size": 9, "fill_color": "color", "line_color": "white", "line_width": 1.2}
        synthetic = plot.scatter("x", "y", source=self._synthetic, **dots, **overlay)
        synthetic.nonselection_glyph = None
        synthetic.selection_glyph = Scatter(size=16, fill_color="color", line_color="#d55e00", line_width=3)
        for source, marker in ((self._real_centroids, "square_pin"), (self._synthetic_centroids, "star")):
            look = {"marker": marker, "size": 14, "fill_color": "color", "line_color": "#5c6470", "name": marker}
            plot.scatter("x", "y", source=source, **look, **overlay)
        names = {"text_font_size": "10px", "text_color": "#808890", "x_offset": 3, "text_baseline": "top"}
        plot.text("x", "y", "text", source=self._ring_names, **names)
        plot.add_tools(
            TapTool(renderers=[synthetic]),
            HoverTool(renderers=[synthetic], tooltips=[("synthetic", "@name"), ("√|K|·radius", "@radius{0.000}")]),
            HoverTool(renderers=plot.select(name="square_pin"), tooltips=[("centroid of the real", "@name")]),
            HoverTool(renderers=plot.select(name="star"), tooltips=[("centroid of the synthetic", "@name")]),
        )
        for event, how in ((PanStart, "grab"), (Pan, "move"), (DoubleTap, "centre")):
            plot.js_on_event(event, self._callback(plot, how))
        # A button's own callback in the browser is lost where the button comes after its page (panel-material-ui 0.16).
        plot.js_on_change("tags", self._callback(plot, "reset"), self._fit)
        for source in self._sources:
            source.js_on_change("data", self._callback(plot, "place"))
        return plot

    def _reset(self) -> None:
        """Undoes drags and zooms, which only the browser knows."""
        self._resets += 1
        self.plot.tags = [self._resets]

    # Selection

    def _tapped(self, _: str, old: list[int], new: list[int]) -> None:
        images = self._synthetic.data["image"]
        chosen = None
        if new and new[0] < len(images):
            chosen = self._layout.place(images[new[0]])
        self._session.selection.image = chosen

    def _mark(self) -> None:
        """Marks the selected image's point."""
        selected = self._session.selection.image
        images = self._synthetic.data["image"]
        image = None if selected is None else self._layout.image(*selected)
        indices = [images.index(image)] if image in images else []
        if list(self._synthetic.selected.indices) != indices:
            self._synthetic.selected.indices = indices

    # Drawing

    def update(self, frame: Frame) -> None:
        """Brings the disk up to date."""
        self._frame = frame
        selection = self._session.selection
        if frame.disk_problem is not None:
            self._says.object = f"The disk cannot be drawn: {frame.disk_problem}"
        elif frame.disk is None or frame.sample is None:
            self._says.object = (
                f"Embedding the real images in the viewing network … {self._session.projector.progress('live')}"
            )
            self._session.refresh_soon()
        elif frame.disk.view != selection.view:
            seconds = " (some seconds)" if selection.view == "umap" else ""
            self._says.object = f"Computing the view {TITLES[selection.view]}{seconds} …"
        else:
            self._draw(frame.disk, frame.sample)
            if frame.full:
                self._tell(frame.disk)
                self._ask_faithfulness(frame)
        self._mark()

    def _shown_classes(self) -> np.ndarray:
        """(C,) bool."""
        chosen = self._session.selection.classes
        return np.array([not chosen or name in chosen for name in self._classes])

    def _draw(self, disk: DrawnDisk, sample: Sample) -> None:
        points, shown = disk.projection, self._shown_classes()
        chart = CHARTS[disk.view]
        rim = self._rim(points.real_radius, points.synthetic_radius) if chart == "linear" else 1.0
        turned = self._motion.data["chart"] != [chart] or self._motion.data["rim"] != [rim]
        if turned:
            self._motion.data = {"chart": [chart], "rim": [rim]}
        if turned or self._drawn is None or self._drawn.view != disk.view:
            self._draw_rings(disk.view, chart, rim)
        real_key = (disk.request.look, turned, tuple(shown))
        if real_key != self._real_key:
            self._real_key = (disk.request.look, False, tuple(shown))
            self._draw_real(disk, sample, shown, chart, rim)
        images = np.flatnonzero(shown[self._layout.labels])
        places = [self._layout.place(image) for image in images]
        self._synthetic.data = {
            **_placed(points.synthetic[images], chart, rim),
            "color": [self._colors[label] for label, _ in places],
            "name": [f"{self._classes[label]} #{index + 1}" for label, index in places],
            "radius": points.synthetic_radius[images].tolist(),
            "image": images.tolist(),
        }
        labels = np.flatnonzero(shown & (self._layout.counts > 0))
        about = {"color": [self._colors[c] for c in labels], "name": [self._classes[c] for c in labels]}
        self._real_centroids.data = {**_placed(points.real_centroids[labels], chart, rim), **about}
        self._synthetic_centroids.data = {**_placed(points.synthetic_centroids[labels], chart, rim), **about}
        self._geodesics.data = _placed(_broken(points.geodesics[labels]), chart, rim)
        self._drawn = disk

    def _draw_real(self, disk: DrawnDisk, sample: Sample, shown: np.ndarray, chart: str, rim: float) -> None:
        points = disk.projection
        rows = np.flatnonzero(shown[sample.labels] & np.isfinite(points.real).all(1))
        kept = disk.kept[rows]
        self._real.data = {
            **_placed(points.real[rows], chart, rim),
            "color": [self._colors[label] for label in sample.labels[rows]],
            "fill": np.where(kept, 0.55, 0.0),
            "line": np.where(kept, 0.0, 0.3),
            "name": [self._classes[label] for label in sample.labels[rows]],
        }

    def _rim(self, real: np.ndarray, synthetic: np.ndarray) -> float:
        """Radius at the edge of a linear chart; it changes rarely, so that the picture does not breathe."""
        largest = max(float(real.max()), float(synthetic.max()), 1e-9)
        rim = self._motion.data["rim"][0]
        if self._motion.data["chart"] == ["linear"] and 0.45 * rim < largest <= rim and rim != 1.0:
            return rim
        unit = 10 ** math.floor(math.log10(largest * 1.15))
        return math.ceil(largest * 1.15 / unit * 2) / 2 * unit

    def _draw_rings(self, view: str, chart: str, rim: float) -> None:
        step = _nice(rim / 4) if chart == "linear" else 1.0
        radii = np.arange(1, 5) * step if chart == "poincare" else np.arange(1, math.floor(rim / step) + 1) * step
        angle = np.linspace(0, 2 * np.pi, 97)
        circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
        # UMAP's radii mean nothing.
        radii = radii[:0] if view == "umap" else radii
        self._rings.data = _placed(_broken(radii[:, None, None] * circle), chart, rim)
        top = np.stack([np.zeros(len(radii)), radii], axis=-1)
        self._ring_names.data = {**_placed(top, chart, rim), "text": [f"{radius:g}" for radius in radii]}

    # Words

    def _tell(self, disk: DrawnDisk) -> None:
        points, faith = disk.projection, self._faithfulness
        text = f"{VIEWS[disk.view]} "
        if faith is not None and faith[0] == (disk.geometry, disk.view):
            of = faith[1]
            text += (
                f"Trustworthiness {of.trustworthiness:.2f}, continuity {of.continuity:.2f}, "
                f"radius rank {of.radius_rank:.2f} ({of.points} points, {of.neighbours} neighbours)."
            )
        else:
            text += "Measuring faithfulness …"
        far = self._session.projector.progress("live")
        self._says.object = f"Going through the real images … {far}" if far else text
        widest = int(np.nanargmax(points.gap))
        pruned = int((~disk.kept).sum())
        step = f"Step {disk.step}: " if self._session.source.changes else ""
        self._summary.object = (
            f"{step}{len(points.real_radius)} real{f' ({pruned} pruned)' if pruned else ''} and "
            f"{len(points.synthetic_radius)} synthetic points; centroids (▢ real, ★ synthetic) are "
            f"√|K|·{np.nanmean(points.gap):.3g} apart, most for {self._classes[widest]} ({points.gap[widest]:.3g}). "
            "Drag moves the view, a double click centres, the wheel zooms."
        )

    # What the projector knows

    def _ask_faithfulness(self, frame: Frame) -> None:
        disk = frame.disk
        if self._faithfulness_asked or time.monotonic() < self._faithfulness_due:
            return
        if frame.images is None or disk.step != frame.image_step:
            return
        if self._faithfulness is not None and self._faithfulness[0] == (disk.geometry, disk.view) and not frame.live:
            return
        self._faithfulness_asked = True
        viewing, labels = self._session.source.viewing, self._layout.labels
        arguments = (viewing, frame.images, labels, disk.geometry, disk.projection)
        future = self._session.projector.study(projector.faithfulness, *arguments)
        future.add_done_callback(partial(self._got_faithfulness, (disk.geometry, disk.view)))

    def _got_faithfulness(self, key: tuple, future: Future) -> None:
        self._faithfulness_due = time.monotonic() + FAITHFULNESS_SECONDS
        self._faithfulness_asked = False
        if not future.cancelled() and future.exception() is None:
            self._faithfulness = (key, future.result())
            self._session.refresh()


def _source(*names: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in names})


def _placed(points: np.ndarray, chart: str, rim: float) -> dict[str, np.ndarray]:
    """Columns of points (n, 2): tangent vectors hx, hy, and where they are drawn while the disk was not moved."""
    points = np.asarray(points, float).reshape(-1, 2)
    radius = np.hypot(points[:, 0], points[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.full_like(radius, 1 / rim) if chart == "linear" else np.tanh(radius / 2) / radius
    factor = np.where(radius == 0, 0.5, factor)
    drawn = points * factor[:, None]
    columns = {"hx": points[:, 0], "hy": points[:, 1], "x": drawn[:, 0], "y": drawn[:, 1]}
    return {name: column.tolist() for name, column in columns.items()} if len(points) <= FEW else columns


def _broken(paths: np.ndarray) -> np.ndarray:
    """Paths (n, samples, 2) as one line with gaps."""
    gaps = np.full((len(paths), 1, 2), np.nan)
    return np.concatenate([paths, gaps], axis=1).reshape(-1, 2)


def _nice(value: float) -> float:
    """The round number, 1, 2 or 5 times a power of ten, that is next above `value`."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= value * 0.999)
