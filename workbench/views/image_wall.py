"""The image wall: all synthetic images in one sheet, a row for each class."""

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.events import MouseLeave, MouseMove, Tap
from bokeh.models import ColumnDataSource, FixedTicker
from bokeh.plotting import figure

from workbench.browser import callback
from workbench.component import SourceComponent
from workbench.core.frame import Frame
from workbench.core.projector import Sample
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import SYNTHETIC, Text, class_colors, difference, tile
from workbench.views.fit import fit

SHOWS = {"images": "now", "start": "start", "change": "change", "real": "real"}
NEED_CHANGES = ("start", "change")
"""The keys of `SHOWS` that only make sense where the images change."""
ENLARGED = 2.6
"""Width of the enlarged image; an image of the wall is 1 wide."""
SWATCH = 0.08
"""Width of the bar in the colour of a class, beside its images; an image is 1 wide."""


class ImageWall(SourceComponent):
    """The synthetic images with the names of their classes. A click selects an image, and hovering enlarges it.

    Args:
        shown: see `SourceComponent`.
    """

    lively = True

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        session = self._session
        self._classes = session.source.classes
        self._layout = session.source.layout
        self._picture: tuple | None = None
        self._marks: tuple | None = None
        self._sheet = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._mark = ColumnDataSource({"x": [], "y": []})
        self._flags = ColumnDataSource({"x": [], "y": []})
        self.plot = self._figure()
        self._shows = pmui.RadioButtonGroup(
            label="",
            description="The images now, at the start, their difference (grey = unchanged), or real images",
            options={name: key for key, name in SHOWS.items() if session.source.changes or key not in NEED_CHANGES},
            value="images",
            size="small",
            margin=(6, 8),
        )
        self._shows.param.watch(lambda *_: session.refresh(), "value")
        self._summary = Text("", variant="caption", margin=(4, 10))
        self._title = Text("Synthetic images", variant="subtitle2", margin=(6, 10))
        self._panel = pmui.Column(
            pmui.Row(self._title, self._shows),
            pn.pane.Bokeh(self.plot, sizing_mode="stretch_both", min_height=200),
            self._summary,
            sizing_mode="stretch_both",
        )

    def _figure(self) -> figure:
        rows, columns = self._layout.rows, self._layout.columns
        plot = figure(
            sizing_mode="stretch_both",
            title=None,
            toolbar_location=None,
            tools="",
            min_border=2,
            outline_line_color=None,
            name="wall",
        )
        fit(plot, (-2 * SWATCH, columns), (0, rows), centred=False)
        # Everything that changes with each frame is drawn on the overlay, so that the class names need not be painted
        # again.
        overlay: dict[str, Any] = {"level": "overlay"}
        plot.image_rgba("image", x="x", y="y", dw="dw", dh="dh", source=self._sheet, **overlay)
        flags = {"marker": "inverted_triangle", "size": 7, "color": SYNTHETIC, "line_color": "white"}
        plot.scatter("x", "y", source=self._flags, **flags, **overlay)
        frame = {"fill_alpha": 0, "line_color": SYNTHETIC, "line_width": 2.5}
        plot.rect("x", "y", 0.98, 0.98, source=self._mark, **frame, **overlay)
        lens = ColumnDataSource({"image": [], "x": [], "y": []})
        size = min(ENLARGED, rows, columns)
        plot.image_rgba("image", x="x", y="y", dw=size, dh=size, source=lens, **overlay)
        names = {rows - label - 0.5: _shorten(name) for label, name in enumerate(self._classes)}
        plot.yaxis[0].update(ticker=FixedTicker(ticks=list(names)), major_label_overrides=names)
        # These are the colours of the classes on the disk.
        plot.rect(-SWATCH, list(names), SWATCH, 0.94, color=class_colors(rows), line_color=None)
        plot.xaxis.visible = False
        plot.grid.visible = False
        plot.axis.axis_line_color = plot.axis.major_tick_line_color = None
        arguments = {"sheet": self._sheet, "lens": lens, "rows": rows, "columns": columns, "size": size}
        enlarge = callback("enlarge.js", **arguments)
        plot.js_on_event(MouseMove, enlarge)
        plot.js_on_event(MouseLeave, enlarge)
        plot.on_event(Tap, self._tapped)
        return plot

    def _tapped(self, event: Any) -> None:
        label, index = self._layout.rows - 1 - int(np.floor(event.y)), int(np.floor(event.x))
        if self._layout.image(label, index) is not None:
            chosen = (label, index)
            self._session.selection.image = None if self._session.selection.image == chosen else chosen

    def update(self, frame: Frame) -> None:
        """Brings the wall up to date."""
        if frame.images is None:
            return
        real = None
        if self._shows.value == "real" and frame.sample is not None and frame.disk is not None:
            real = frame.sample, frame.disk.projection.kept
        start = None if self._shows.value == "images" else self._session.kept_images(0)
        shown = (frame.image_step, id(frame.images), self._shows.value, start is None)
        picture = shown if real is None else (id(real[1]), "real")
        if picture != self._picture:
            self._picture = picture
            if real is None:
                self._draw(frame.images, start)
            else:
                self._draw_real(*real)
        marks = (self._session.selection.image, self._clamped(frame)) if real is None else (None, ())
        if marks != self._marks:
            self._marks = marks
            self._mark_images(*marks)
        if frame.full:
            self._tell(frame, frame.images)

    def _draw(self, images: np.ndarray, start: np.ndarray | None) -> None:
        pixels = self._session.source.to_pixels(images)
        if start is not None:
            start = self._session.source.to_pixels(start)
            pixels = start if self._shows.value == "start" else difference(start, pixels)
        self._put(self._layout.grid(pixels), self._layout.grid(np.ones(len(pixels), bool)))

    def _put(self, pixels: np.ndarray, there: np.ndarray) -> None:
        rows, columns = there.shape
        self._sheet.data = {"image": [tile(pixels, present=there)], "x": [0], "y": [0], "dw": [columns], "dh": [rows]}

    def _draw_real(self, sample: Sample, kept: np.ndarray) -> None:
        """Shows as many real images of each class as there are synthetic ones; those that are pruned are faint."""
        columns = self._layout.columns
        there = np.zeros((len(self._classes), columns), bool)
        sheet = np.zeros((len(self._classes), columns, *sample.pixels.shape[1:]), np.uint8)
        for label in range(len(self._classes)):
            own = np.flatnonzero(sample.labels == label)[:columns]
            faint = np.where(kept[own], 1, 5)[:, None, None, None]
            sheet[label, : len(own)] = sample.pixels[own] // faint
            there[label, : len(own)] = True
        self._put(sheet, there)

    def _mark_images(self, selected: tuple[int, int] | None, flags: tuple[tuple[int, int], ...]) -> None:
        rows, marks = len(self._classes), [] if selected is None else [selected]
        self._mark.data = {"x": [i + 0.5 for _, i in marks], "y": [rows - c - 0.5 for c, _ in marks]}
        self._flags.data = {"x": [i + 0.88 for _, i in flags], "y": [rows - c - 0.14 for c, _ in flags]}

    def _tell(self, frame: Frame, images: np.ndarray) -> None:
        rows, columns, (height, width) = self._layout.rows, self._layout.columns, images.shape[-2:]
        step, shows = frame.image_step, self._shows.value
        when = {"start": "step 0", "change": f"difference of step {step} from step 0 (grey = unchanged)"}.get(
            shows, f"step {step}"
        )
        least = int(self._layout.counts.min())
        count = f"{columns}" if least == columns else f"{least} to {columns}"
        text = f"{rows} classes × {count} images of {width}×{height} pixels"
        if self._session.source.changes:
            text += f", {when}"
        if flags := self._clamped(frame):
            text += f" · ▼ {len(flags)} clamped"
        if shows == "real":
            text = "Some real images of each class; faint ones are pruned and not matched"
        self._title.object = "Real images" if shows == "real" else "Synthetic images"
        if self._summary.object != text:
            self._summary.object = text

    def _clamped(self, frame: Frame) -> tuple[tuple[int, int], ...]:
        """(class, index) of the images whose features are clamped, so that they all have the same radius."""
        if frame.disk is None:
            return ()
        clamped = np.flatnonzero(frame.disk.projection.synthetic_clamped)
        return tuple(self._layout.place(image) for image in clamped.tolist())


def _shorten(name: str) -> str:
    return name if len(name) <= 16 else name[:15] + "…"
