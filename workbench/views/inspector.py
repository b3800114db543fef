"""The inspector: the selected images; of a synthetic one also how it has changed, and the real ones most like it."""

import time
from concurrent.futures import Future
from functools import partial

import numpy as np
import panel as pn
import panel_material_ui as pmui

from hdd.pruning.knobs import SIDES
from hdd.pruning.mask import Mask
from hdd.settings import Settings
from workbench.component import SourceComponent
from workbench.controls.marker import Marker
from workbench.core import projector
from workbench.core.failure_text import failure_text
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, Text, difference, facts, show
from workbench.views.before_after import BY_FEATURES, BY_PIXELS, START, BeforeAfter
from workbench.views.selected_images import SelectedImages
from workbench.views.strip import WIDTH, Strip

NEAREST = 5
FILM_IMAGES = 8
NEAREST_SECONDS = 3.0
HINT = "To inspect an image, click it on the wall, or its point on the disk. With Shift, add more."


class Inspector(SourceComponent):
    """The drawer about the selected images.

    Args:
        shown: see `SourceComponent`.
    """

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        session = self._session
        self._asked: tuple | None = None
        self._found: tuple[tuple, list] | None = None
        self._due = 0.0
        self._problem = ""
        self._film_key: tuple | None = None
        self._empty = Text(HINT, variant="body2", margin=10)
        self._text = pn.pane.HTML("", width=WIDTH, margin=(4, 8))
        self._pictures = Strip(3, 118, "The image at step 0, now, and the difference:")
        self._film = Strip(FILM_IMAGES, 60, "The image at steps")
        self._by_pixels = Strip(NEAREST, 80, "Nearest real images, by pixels, at distances")
        self._by_features = Strip(NEAREST, 80, "Nearest real images, by features, at distances")
        self._nearest_status = Text("", variant="caption", margin=(0, 10))
        self._marker = Marker(session)
        self._swiped = BeforeAfter(session)
        heading = {"variant": "overline", "margin": (2, 10, 0, 10)}
        self._parts = pmui.Column(
            self._text,
            self._pictures,
            self._swiped,
            *([Text("History", **heading), self._film] if session.source.changes else []),
            Text("Nearest real images, by pixels", **heading),
            self._by_pixels,
            Text("Nearest real images, by features", **heading),
            self._by_features,
            self._nearest_status,
            sx=HIDDEN,
        )
        self._several = SelectedImages(session)
        self._others = pmui.Column(self._several, sx=HIDDEN, margin=0)
        self._panel = pn.Column(self._empty, self._marker, self._parts, self._others)

    def update(self, frame: Frame) -> None:
        """Brings the drawer up to date."""
        selection, source = self._session.selection, self._session.source
        selected = selection.image
        image = None if selected is None else source.layout.image(*selected)
        there = image is not None and frame.images is not None
        others = selected is None and selection.count > 0
        show(self._empty, not there and not others)
        show(self._parts, there)
        show(self._others, others)
        self._marker.update(frame)
        if others:
            self._several.update(frame)
        if image is None or frame.images is None:
            return
        now, change = frame.images[image], None
        below: dict[str, np.ndarray] = {}
        if source.changes:
            start = self._session.kept_images(0)
            first = now if start is None else start[image]
            change = float((np.abs(now - first) * source.std[:, None, None]).mean())
            first, shown = source.to_pixels(np.stack([first, now]))
            below[START] = first
            pictures = np.stack([first, shown, difference(first, shown)])
            self._pictures.draw(pictures, ["step 0", f"step {frame.image_step}", "difference"])
            self._draw_film(frame, image, now)
        else:
            (shown,) = source.to_pixels(now[None])
            self._pictures.draw(shown[None], [f"{now.shape[-1]}×{now.shape[-2]} pixels"])
        self._describe(frame, image, change)
        self._draw_nearest(frame, now, (image, frame.image_step))
        if self._found is not None and self._found[0][0] == image:
            near = (images[0] for _, images in self._found[1])
            below |= dict(zip((BY_PIXELS, BY_FEATURES), near, strict=True))
        self._swiped.put(shown, f"step {frame.image_step}" if source.changes else "this image", below)

    def _describe(self, frame: Frame, image: int, change: float | None) -> None:
        layout = self._session.source.layout
        label, index = layout.place(image)
        rows = [("class", self._session.source.classes[label]), ("image", f"{index + 1} of {layout.counts[label]}")]
        if change is not None:
            rows.append(("mean change", f"{100 * change:.1f} % of the pixel range"))
        if frame.mask.left_out:
            rows.append(("pruning", _pruning(frame.mask, image, layout.members(label), frame.run_settings)))
        disk = frame.disk
        if disk is not None:
            points = disk.projection
            radii = layout.by_image(points.synthetic_radius).mean(axis=1)
            own = radii[layout.members(label)]
            # The disk may be a frame behind. The row stays nevertheless, because all below it would jump otherwise.
            of = "" if disk.step == frame.image_step else f" at step {disk.step}"
            rows.append(("√|K|·radius", f"{radii[image]:#.4g}{of}"))
            rank = int((own < radii[image]).sum()) + 1
            place = " (innermost)" if rank == 1 else " (outermost)" if rank == len(own) else ""
            rows.append(("radius rank in class", f"{rank} of {len(own)}{place}"))
            distance = layout.by_image(points.synthetic_distance)[image].mean()
            rows.append(("√|K|·distance to ▢", f"{distance:#.4g}{of}"))
            nearest = dict.fromkeys(layout.by_image(points.synthetic_nearest)[image].tolist())
            rows.append(("nearest centroid", ", ".join(self._session.source.classes[each] for each in nearest)))
            rows.append(("clamped", "yes" if layout.by_image(points.synthetic_clamped)[image].any() else "no"))
        self._text.object = facts(rows)

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
        is_due = time.monotonic() > self._due
        if self._asked is None and (is_due if self._problem else other or (new and is_due)):
            self._asked = key
            future = self._session.projector.study(projector.nearest, viewing, image, NEAREST)
            future.add_done_callback(partial(self._got_nearest, key))
        if self._found is None or other:
            searching = f"Searching the real images … {self._session.projector.progress('study')}"
            self._nearest_status.object = self._problem or searching
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
        if future.cancelled():
            return
        error = future.exception()
        self._problem = "" if error is None else f"The nearest real images cannot be found: {failure_text(error)}"
        if error is None:
            self._found = (key, future.result())
        self._session.refresh()


def _pruning(mask: Mask, image: int, own: np.ndarray, settings: Settings) -> str:
    """Whether distilled pruning keeps a synthetic image, and why; `own` are the images of its class."""
    among = f"among the {int(mask.kept[own].sum())} of {len(own)} {SIDES[settings.distilled_pruning_keep]}"
    what, are = ("kept", "is") if mask.kept[image] else ("left out", "is not")
    return f"{what}: its {settings.distilled_pruning_score} score, {mask.scores[image]:.3g}, {are} {among}"
