"""The inspector: the selected image, how it has changed, and the real images that are most like it."""

import time
from concurrent.futures import Future
from functools import partial
from html import escape

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, FixedTicker
from bokeh.plotting import figure

from workbench.component import Component, SourceComponent
from workbench.core import projector
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, Text, difference, show, tile
from workbench.views.fit import fit

NEAREST = 5
FILM_IMAGES = 8
NEAREST_SECONDS = 3.0
WIDTH = 290
HINT = "To inspect an image, click it on the wall, or its point on the disk."


class Strip(Component):
    """A row of small images with a caption under each.

    Args:
        columns: the largest number of images.
        height: of the row with its captions, in pixels.
    """

    def __init__(self, columns: int, height: int) -> None:
        super().__init__()
        self._columns = columns
        self._source = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        plot = figure(
            width=WIDTH, height=height, tools="", toolbar_location=None, min_border=2, outline_line_color=None
        )
        fit(plot, (0, columns), (0, 1), centred=False)
        plot.image_rgba("image", x="x", y="y", dw="dw", dh="dh", source=self._source)
        plot.yaxis.visible = plot.grid.visible = False
        plot.axis.axis_line_color = plot.axis.major_tick_line_color = None
        plot.xaxis[0].update(ticker=FixedTicker(ticks=[]), major_tick_out=0, major_label_standoff=3)
        plot.xaxis.major_label_text_font_size = "11px"
        self._plot = plot
        self._panel = pn.pane.Bokeh(plot, width=WIDTH, height=height)

    def draw(self, images: np.ndarray, captions: list[str]) -> None:
        """Shows images (n, channels, H, W) uint8, each with its caption."""
        count = len(images)
        sheet = [tile(images[None], gap=2)] if count else []
        ones = [1] * len(sheet)
        zero = [0] * len(sheet)
        self._source.data = {"image": sheet, "x": zero, "y": zero, "dw": [count] * len(sheet), "dh": ones}
        names = {i + 0.5: text for i, text in enumerate(captions)}
        self._plot.xaxis[0].update(ticker=FixedTicker(ticks=list(names)), major_label_overrides=names)


class Inspector(SourceComponent):
    """The drawer about the selected image.

    Args:
        shown: see `SourceComponent`.
    """

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        session = self._session
        self._asked: tuple | None = None
        self._found: tuple[tuple, list] | None = None
        self._due = 0.0
        self._film_key: tuple | None = None
        self._empty = Text(HINT, variant="body2", margin=10)
        self._text = pn.pane.HTML("", width=WIDTH, margin=(4, 8))
        self._pictures = Strip(3, 118)
        self._film = Strip(FILM_IMAGES, 60)
        self._by_pixels = Strip(NEAREST, 80)
        self._by_features = Strip(NEAREST, 80)
        self._nearest_status = Text("", variant="caption", margin=(0, 10))
        heading = {"variant": "overline", "margin": (2, 10, 0, 10)}
        self._parts = pmui.Column(
            self._text,
            self._pictures,
            *([Text("History", **heading), self._film] if session.source.changes else []),
            Text("Nearest real images, by pixels", **heading),
            self._by_pixels,
            Text("Nearest real images, by features", **heading),
            self._by_features,
            self._nearest_status,
            sx=HIDDEN,
        )
        self._panel = pmui.Column(self._empty, self._parts)

    def update(self, frame: Frame) -> None:
        """Brings the drawer up to date."""
        selected = self._session.selection.image
        source = self._session.source
        image = None if selected is None else source.layout.image(*selected)
        there = image is not None and frame.images is not None
        show(self._empty, not there)
        show(self._parts, there)
        if image is None or frame.images is None:
            return
        now, change = frame.images[image], None
        if source.changes:
            start = self._session.kept_images(0)
            first = now if start is None else start[image]
            change = float((np.abs(now - first) * source.std[:, None, None]).mean())
            first, shown = source.to_pixels(np.stack([first, now]))
            pictures = np.stack([first, shown, difference(first, shown)])
            self._pictures.draw(pictures, ["step 0", f"step {frame.image_step}", "difference"])
            self._draw_film(frame, image, now)
        else:
            self._pictures.draw(source.to_pixels(now[None]), [f"{now.shape[-1]}×{now.shape[-2]} pixels"])
        self._describe(frame, image, change)
        self._draw_nearest(frame, now, (image, frame.image_step))

    def _describe(self, frame: Frame, image: int, change: float | None) -> None:
        layout = self._session.source.layout
        label, index = layout.place(image)
        rows = [("class", self._session.source.classes[label]), ("image", f"{index + 1} of {layout.counts[label]}")]
        if change is not None:
            rows.append(("mean change", f"{100 * change:.1f} % of the pixel range"))
        disk = frame.disk
        if disk is not None:
            radii = disk.projection.synthetic_radius
            own = radii[layout.members(label)]
            # The disk may be a frame behind. The row stays nevertheless, because all below it would jump otherwise.
            of = "" if disk.step == frame.image_step else f" at step {disk.step}"
            rows.append(("√|K|·radius", f"{radii[image]:#.4g}{of}"))
            rank = int((own < radii[image]).sum()) + 1
            place = " (innermost)" if rank == 1 else " (outermost)" if rank == len(own) else ""
            rows.append(("radius rank in class", f"{rank} of {len(own)}{place}"))
            rows.append(("clamped", "yes" if disk.projection.synthetic_clamped[image] else "no"))
        cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows)
        self._text.object = f"<table class='facts' style='text-align:left;font-size:13px'>{cells}</table>"

    def _draw_film(self, frame: Frame, image: int, now: np.ndarray) -> None:
        kept = [step for step in frame.state.kept if step <= frame.image_step]
        steps = (
            [kept[i] for i in np.unique(np.linspace(0, len(kept) - 1, min(FILM_IMAGES, len(kept))).astype(int))]
            if kept
            else []
        )
        read = [(step, self._session.kept_images(step)) for step in steps]
        found = [(step, images[image]) for step, images in read if images is not None]
        key = (image, tuple(step for step, _ in found))
        if key == self._film_key:
            return
        self._film_key = key
        pictures = np.stack([picture for _, picture in found]) if found else now[None][:0]
        self._film.draw(self._session.source.to_pixels(pictures), [str(step) for step, _ in found])

    def _draw_nearest(self, frame: Frame, image: np.ndarray, key: tuple) -> None:
        viewing = self._session.source.viewing
        if viewing is None:
            self._nearest_status.object = "The real images are not known, so there is nothing to search."
            return
        # The images of a live run change with every step, so the next search waits until the last one is done.
        new = self._found is None or self._found[0] != key
        other = self._found is None or self._found[0][0] != key[0]
        if self._asked is None and (other or (new and time.monotonic() > self._due)):
            self._asked = key
            future = self._session.projector.study(projector.nearest, viewing, image, NEAREST)
            future.add_done_callback(partial(self._got_nearest, key))
        if self._found is None or other:
            self._nearest_status.object = f"Searching the real images … {self._session.projector.progress('study')}"
            self._session.refresh_soon()
            return
        found_key, found = self._found
        for strip, (near, images) in zip((self._by_pixels, self._by_features), found, strict=True):
            strip.draw(images, [f"{distance:.3g}" for distance in near.distances])
        classes = self._session.source.classes
        names = ", ".join(classes[label] for label in found[1][0].labels)
        self._nearest_status.object = (
            f"{f'Step {found_key[1]}. ' if self._session.source.changes else ''}"
            f"Captions: root-mean-square pixel difference, and feature distance. Classes by features: {names}."
        )

    def _got_nearest(self, key: tuple, future: Future) -> None:
        self._asked = None
        self._due = time.monotonic() + NEAREST_SECONDS
        if not future.cancelled() and future.exception() is None:
            self._found = (key, future.result())
            self._session.refresh()
