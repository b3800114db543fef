"""The menu that gives what the page shows to the user as a file."""

from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import panel_material_ui as pmui

from hdd.errors import HDDError
from hdd.sets import FORMATS
from hdd.sets.marks import Verdict
from workbench.browser.link import Link
from workbench.component import Component
from workbench.controls.dialogs import Dialogs
from workbench.controls.notices import notify
from workbench.core import exports, set_export
from workbench.core.marking import marking_of
from workbench.core.projector import Projector
from workbench.core.set_export import SavedSet
from workbench.core.set_place import SetPlace
from workbench.session import Session

IMAGES = "Images, one picture (PNG)"
FOLDER = "Images, a folder (ZIP)"
CURVES = "Curves (CSV)"
SELECTED = "Selected images, a folder (ZIP)"
SELECTION = "Selection (JSON)"


@dataclass(frozen=True)
class Exported:
    """What is exported.

    Attributes:
        stem: names of files, without their suffix.
        shown: what it is, for the file of the selection.
        root: the folder in which it is stored.
        place: its place there.
    """

    stem: str
    shown: Mapping[str, str | int]
    root: Path
    place: SetPlace


class Export(Component):
    """The menu: pictures, the selection, of a run its curves, and the distilled set in each format.

    A format has the newest kept images up to the step that is shown.

    Args:
        session: the session that shows the run or the set.
        link: hands the files to the browser.
        projector: writes the formats, in another process.
        dialogs: ask whether dropped images are to be left out.
        at: what is exported of a step; for a set, of any.
    """

    def __init__(
        self, session: Session, link: Link, projector: Projector, dialogs: Dialogs, at: Callable[[int], Exported]
    ) -> None:
        super().__init__()
        self._dialogs = dialogs
        self._marking = marking_of(session.source)
        self._session = session
        self._link = link
        self._projector = projector
        self._at = at
        self._thread = ThreadPoolExecutor(1)
        self._actions = {
            IMAGES: self._save_sheet,
            FOLDER: self._save_folder,
            SELECTED: self._save_selected,
            SELECTION: self._save_selection,
        }
        if session.source.changes:
            self._actions[CURVES] = self._save_curves
        for name in FORMATS.names():
            kind = FORMATS.get(name).suffix or "folder"
            self._actions[f"Set as {name} ({kind})"] = partial(self._save_set, name)
        self._panel = pmui.MenuButton(
            label="Export", icon="download", size="small", variant="text", margin=(0, 3),
            items=[{"label": label} for label in self._actions],
        )  # fmt: skip
        self._panel.on_click(self._chosen)

    def _chosen(self, item: Any) -> None:
        self._actions[item["label"]]()

    def _save_sheet(self) -> None:
        layout = self._session.source.layout
        self._save_pixels(".png", lambda pixels: exports.images_sheet(pixels, layout))

    def _save_folder(self) -> None:
        layout, classes = self._session.source.layout, self._session.source.classes
        self._save_pixels(".zip", lambda pixels: exports.images_folder(pixels, layout, classes))

    def _save_selected(self) -> None:
        layout, classes = self._session.source.layout, self._session.source.classes
        places = sorted(self._session.selection.synthetic)
        images = [image for place in places if (image := layout.image(*place)) is not None]
        if not images:
            notify("warning", "No synthetic image is selected: click one, or draw a lasso around points of the disk.")
            return
        self._save_pixels("-selected.zip", lambda pixels: exports.images_folder(pixels, layout, classes, images))

    def _save_pixels(self, suffix: str, make: Callable[[np.ndarray], bytes]) -> None:
        frame = self._session.frame()
        if frame.images is None:
            _say_no_images()
            return
        made = self._thread.submit(make, self._session.source.to_pixels(frame.images))
        self._hand_over(f"{self._at(frame.image_step).stem}{suffix}", made)

    def _save_selection(self) -> None:
        frame = self._session.frame()
        text = exports.selection_text(self._at(frame.step).shown, self._session.selection)
        self._link.save(f"{self._at(frame.image_step).stem}.json", text)

    def _save_curves(self) -> None:
        source = self._session.run_source
        self._hand_over(f"{source.run.path.name}.csv", source.ask(exports.curves_table))

    def _save_set(self, format: str) -> None:
        frame = self._session.frame()
        kept = max((step for step in frame.state.kept if step <= frame.image_step), default=None)
        if kept is None:
            _say_no_images()
            return
        try:
            dropped = self._dropped(kept)
        except HDDError as error:
            # Images that somebody has dropped would be among them, and nobody would know.
            self._dialogs.choose("Export the set", str(error), {"Export all": partial(self._write_set, format, kept)})
            return
        if not dropped:
            self._write_set(format, kept)
            return
        count = f"{dropped} image{'s are' if dropped > 1 else ' is'} marked to be dropped."
        choices = {
            "Leave out": partial(self._write_set, format, kept, (Verdict.DROP,)),
            "Export all": partial(self._write_set, format, kept),
        }
        self._dialogs.choose("Export the set", f"{count} Leave {'them' if dropped > 1 else 'it'} out?", choices)

    def _dropped(self, step: int) -> int:
        """The number of images that are marked to be dropped.

        Raises:
            HDDError: the marks cannot be read.
        """
        if self._marking is None:
            return 0
        return sum(mark.verdict is Verdict.DROP for mark in self._marking.of(step).values())

    def _write_set(self, format: str, step: int, without: tuple[Verdict, ...] = ()) -> None:
        what = self._at(step)
        self._panel.loading = True
        made = self._projector.study(set_export.saved, what.root, what.place, what.stem, format, without)
        self._session.when_done(made, partial(self._got_set, format))

    def _got_set(self, format: str, made: "Future[SavedSet]") -> None:
        self._panel.loading = False
        try:
            found = made.result()
        except (HDDError, OSError, BrokenExecutor) as error:
            notify("error", f"The set cannot be written as {format}: {error}")
            return
        self._link.save(found.name, found.data)
        if found.losses:
            notify("warning", f"Not held by the format {format}: {' '.join(found.losses)}")

    def _hand_over(self, name: str, made: "Future[bytes]") -> None:
        """Hands a file over once it is made."""
        self._session.when_done(made, partial(self._got, name))

    def _got(self, name: str, made: "Future[bytes]") -> None:
        try:
            self._link.save(name, made.result())
        except (HDDError, OSError) as error:
            notify("error", f"{name} cannot be made: {error}")


def _say_no_images() -> None:
    notify("warning", "There are no images yet. Run at least one step first.")
