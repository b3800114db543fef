"""The image wall: all synthetic images in one sheet, a row for each class."""

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.events import MouseLeave, MouseMove, Tap
from bokeh.models import ColumnDataSource, FixedTicker
from bokeh.plotting import figure

from hdd.pixels import faint
from workbench.browser import callback
from workbench.component import SourceComponent
from workbench.core.cursor import Cursor
from workbench.core.frame import Frame
from workbench.core.projector import Sample
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import SYNTHETIC, Text, class_colors, difference, tile
from workbench.views.canvas_access import CanvasAccess
from workbench.views.fit import fit
from workbench.views.selection_words import selection_text

SHOWS = {"images": "shown", "start": "start", "change": "change", "real": "real"}
NEED_CHANGES = ("start", "change")
"""The keys of `SHOWS` that only make sense where the images change."""
ENLARGED = 2.6
"""Size of the enlarged image; an image of the wall is 1 wide and 1 high, whatever its proportions."""
SWATCH = 0.08
"""Width of the bar in the colour of a class, beside its images; an image is 1 wide."""


class ImageWall(SourceComponent):
    """The synthetic images with the names of their classes, or as many real ones.

    A click selects an image, with Shift or Ctrl one more, and hovering enlarges it. Arrow keys move a ring from image
    to image, Enter selects the one inside it, and Escape clears the selection.

    Args:
        shown: see `SourceComponent`.
    """

    lively = True

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        self._session.on_keys(escape=self._session.selection.clear)
        session = self._session
        self._classes = session.source.classes
        self._layout = session.source.layout
        self._picture: tuple | None = None
        self._marks: tuple | None = None
        self._frame: Frame | None = None
        self._cursor: Cursor | None = None
        self._last = Cursor()
        self._sheet = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        self._mark = ColumnDataSource({"x": [], "y": []})
        self._flags = ColumnDataSource({"x": [], "y": []})
        self._ring = ColumnDataSource({"x": [], "y": [], "place": []})
        self.plot = self._figure()
        self._access = CanvasAccess(
            self.plot, "Wall of images, a row for each class. Arrow keys go from image to image.", self._pressed
        )
        self._shows = pmui.RadioButtonGroup(
            label="",
            description="The images shown, those at the start, their difference (grey = unchanged), or real images",
            options={name: key for key, name in SHOWS.items() if session.source.changes or key not in NEED_CHANGES},
            value="images",
            size="small",
            margin=(6, 8),
        )
        self._shows.param.watch(lambda *_: session.refresh(), "value")
        self._summary = Text("", variant="caption", margin=(4, 10))
        self._title = Text("Synthetic images", variant="subtitle2", margin=(6, 10))
        self._panel = pn.Column(
            pn.Row(self._title, self._shows),
            pn.pane.Bokeh(self.plot, sizing_mode="stretch_both", min_height=100),
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
        self._fit = fit(plot, (-2 * SWATCH, columns), (0, rows), centred=False)
        # Everything that changes with each frame is drawn on the overlay, so that the class names need not be painted
        # again.
        overlay: dict[str, Any] = {"level": "overlay"}
        plot.image_rgba("image", x="x", y="y", dw="dw", dh="dh", source=self._sheet, **overlay)
        flags = {"marker": "inverted_triangle", "size": 7, "color": SYNTHETIC, "line_color": "white"}
        plot.scatter("x", "y", source=self._flags, **flags, **overlay)
        frame = {"fill_alpha": 0, "line_color": SYNTHETIC, "line_width": 2.5}
        plot.rect("x", "y", 0.98, 0.98, source=self._mark, **frame, **overlay)
        ring = {"fill_alpha": 0, "line_color": SYNTHETIC, "line_width": 2, "line_dash": "dashed"}
        plot.rect("x", "y", 0.86, 0.86, source=self._ring, **ring, **overlay)
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
        # Bokeh gives the keys that were held as a mapping, whatever its type hint says.
        held = event.modifiers or {}
        self._click(Cursor(label, index), bool(held.get("shift") or held.get("ctrl")))

    def _click(self, place: Cursor, add: bool) -> None:
        """Selects the image at a place of the wall, if there is one."""
        selection = self._session.selection
        if self._shows.value == "real":
            number = self._real_number(place)
            if number is not None:
                selection.click(add, real=number)
        elif self._layout.image(place.label, place.index) is not None:
            selection.click(add, synthetic=(place.label, place.index))

    def _real_number(self, place: Cursor) -> int | None:
        """The index of the real image at a place of the wall."""
        sample = None if self._frame is None else self._frame.sample
        if sample is None or not 0 <= place.index < self._layout.columns:
            return None
        own = sample.indices[sample.labels == place.label]
        return int(own[place.index]) if place.index < len(own) else None

    def _pressed(self, key: str, add: bool) -> None:
        cursor = self._cursor or self._last
        if key == "blur":
            self._cursor = None
        elif key == "Escape":
            self._session.selection.clear()
        elif key in ("Enter", " "):
            if self._cursor is not None:
                self._click(cursor, add)
        elif key != "r":
            # The keyboard comes back to where it was.
            self._cursor = cursor.moved("" if self._cursor is None else key, self._layout.counts)
        self._last = self._cursor or self._last
        self._session.refresh()

    def update(self, frame: Frame) -> None:
        """Brings the wall up to date."""
        self._frame = frame
        if frame.images is None:
            return
        real = None
        if self._shows.value == "real" and frame.sample is not None and frame.disk is not None:
            real = frame.sample, frame.disk.projection.kept
        start = None if self._shows.value == "images" else self._session.kept_images(0)
        kept = frame.mask.kept
        shown = (frame.image_step, id(frame.images), self._shows.value, start is None, kept.tobytes())
        picture = shown if real is None else (id(real[1]), "real")
        if picture != self._picture:
            self._picture = picture
            if real is None:
                self._draw(frame.images, start, kept)
            else:
                self._draw_real(*real)
        selection = self._session.selection
        if real is None:
            marks = tuple(selection.synthetic), self._clamped(frame), self._cursor
        else:
            marks = tuple(self._real_places(real[0], selection.real)), (), self._cursor
        if marks != self._marks:
            self._marks = marks
            self._mark_images(*marks)
        if frame.full:
            self._tell(frame, frame.images)

    def _draw(self, images: np.ndarray, start: np.ndarray | None, kept: np.ndarray) -> None:
        """Shows the synthetic images; those that are left out are faint."""
        pixels = self._session.source.to_pixels(images)
        if start is not None:
            start = self._session.source.to_pixels(start)
            pixels = start if self._shows.value == "start" else difference(start, pixels)
        pixels[~kept] = faint(pixels[~kept])
        self._put(self._layout.grid(pixels), self._layout.grid(np.ones(len(pixels), bool)))

    def _put(self, pixels: np.ndarray, there: np.ndarray) -> None:
        rows, columns = there.shape
        height, width = pixels.shape[-2:]
        if self._fit.args["aspect"] != width / height:
            self._fit.args = {**self._fit.args, "aspect": width / height}
        self._sheet.data = {"image": [tile(pixels, present=there)], "x": [0], "y": [0], "dw": [columns], "dh": [rows]}

    def _draw_real(self, sample: Sample, kept: np.ndarray) -> None:
        """Shows as many real images of each class as there are synthetic ones; those that are pruned are faint."""
        columns = self._layout.columns
        there = np.zeros((len(self._classes), columns), bool)
        sheet = np.zeros((len(self._classes), columns, *sample.pixels.shape[1:]), np.uint8)
        for label in range(len(self._classes)):
            own = np.flatnonzero(sample.labels == label)[:columns]
            pixels = sample.pixels[own]
            sheet[label, : len(own)] = np.where(kept[own][:, None, None, None], pixels, faint(pixels))
            there[label, : len(own)] = True
        self._put(sheet, there)

    def _real_places(self, sample: Sample, numbers: list[int]) -> list[tuple[int, int]]:
        """Where the wall shows real images, as far as it does."""
        rows = [row for number in numbers if (row := sample.row(number)) is not None]
        places = [(int(sample.labels[row]), int((sample.labels[:row] == sample.labels[row]).sum())) for row in rows]
        return [(label, index) for label, index in places if index < self._layout.columns]

    def _mark_images(
        self, selected: tuple[tuple[int, int], ...], flags: tuple[tuple[int, int], ...], cursor: Cursor | None
    ) -> None:
        rows, ring = len(self._classes), [] if cursor is None else [(cursor.label, cursor.index)]
        self._mark.data = {"x": [i + 0.5 for _, i in selected], "y": [rows - c - 0.5 for c, _ in selected]}
        self._flags.data = {"x": [i + 0.88 for _, i in flags], "y": [rows - c - 0.14 for c, _ in flags]}
        self._ring.data = {"x": [i + 0.5 for _, i in ring], "y": [rows - c - 0.5 for c, _ in ring], "place": [*ring]}

    def _tell(self, frame: Frame, images: np.ndarray) -> None:
        rows, columns, (height, width) = self._layout.rows, self._layout.columns, images.shape[-2:]
        step, shows = frame.image_step, self._shows.value
        when = {"start": "step 0", "change": f"difference of step {step} from step 0 (grey = unchanged)"}.get(
            shows, f"step {step}"
        )
        least = int(self._layout.counts.min())
        count = f"{columns}" if least == columns else f"{least} to {columns}"
        text = f"{rows} classes × {count} images of {width}×{height} pixels"
        if self._layout.held > 1:
            text += f", each of which holds {self._layout.held}"
        if self._session.source.changes:
            text += f", {when}"
        if flags := self._clamped(frame):
            text += f" · ▼ {len(flags)} clamped"
        if left_out := frame.mask.left_out:
            text += f" · {left_out} of {len(images)} images are left out (faint)"
        if shows == "real":
            text = "Some real images of each class; faint ones are pruned and not matched"
        self._title.object = "Real images" if shows == "real" else "Synthetic images"
        if self._summary.object != text:
            self._summary.object = text
        self._access.say(f"{text}. {selection_text(self._session.selection, self._classes)}", self._cursor_text())

    def _cursor_text(self) -> str:
        cursor, selection = self._cursor, self._session.selection
        if cursor is None:
            return ""
        real = self._shows.value == "real"
        chosen = (
            self._real_number(cursor) in selection.real if real else (cursor.label, cursor.index) in selection.synthetic
        )
        kind = "real image" if real else "image"
        of = f"{kind} {cursor.index + 1} of {self._layout.counts[cursor.label]}"
        image = None if real or self._frame is None else self._layout.image(cursor.label, cursor.index)
        out = self._frame is not None and image is not None and not self._frame.mask.kept[image]
        return f"{self._classes[cursor.label]}, {of}{', left out' if out else ''}{', selected' if chosen else ''}"

    def _clamped(self, frame: Frame) -> tuple[tuple[int, int], ...]:
        """(class, index) of the images whose features are clamped, so that they all have the same radius."""
        if frame.disk is None:
            return ()
        clamped = np.flatnonzero(self._layout.by_image(frame.disk.projection.synthetic_clamped).any(axis=1))
        return tuple(self._layout.place(image) for image in clamped.tolist())


def _shorten(name: str) -> str:
    return name if len(name) <= 16 else name[:15] + "…"
