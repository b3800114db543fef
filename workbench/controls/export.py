"""The menu that gives what the page shows to the user as a file."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import panel_material_ui as pmui

from hdd.errors import HDDError
from hdd.runs.run import Run
from workbench.browser.link import Link
from workbench.component import Component
from workbench.controls.notices import notify
from workbench.core import exports
from workbench.session import Session

IMAGES = "Images, one picture (PNG)"
FOLDER = "Images, a folder (ZIP)"
CURVES = "Curves (CSV)"
SELECTION = "Selection (JSON)"


class Export(Component):
    """The menu.

    Args:
        session: the session that shows the run.
        link: hands the files to the browser.
    """

    def __init__(self, session: Session, link: Link) -> None:
        super().__init__()
        self._session = session
        self._link = link
        self._panel = pmui.MenuButton(
            label="Export", icon="download", size="small", variant="text", margin=(0, 3),
            items=[{"label": label} for label in (IMAGES, FOLDER, CURVES, SELECTION)],
        )  # fmt: skip
        self._panel.on_click(self._chosen)

    def _chosen(self, item: Any) -> None:
        session, label = self._session, item["label"]
        source, frame = session.run_source, session.frame()
        name = f"{source.run.path.name}-step{frame.image_step}"
        if label == CURVES:
            self._make(f"{source.run.path.name}.csv", exports.curves_table)
        elif label == SELECTION:
            self._link.save(f"{name}.json", exports.selection_text(source.name, frame.step, session.selection))
        elif frame.images is None:
            notify("warning", "There are no images yet. Run at least one step first.")
        else:
            pixels, layout = source.to_pixels(frame.images), source.layout
            if label == IMAGES:
                self._make(f"{name}.png", lambda _: exports.images_sheet(pixels, layout))
            else:
                self._make(f"{name}.zip", lambda _: exports.images_folder(pixels, layout, source.classes))

    def _make(self, name: str, make: Callable[[Run], bytes]) -> None:
        """Makes a file in another thread, and hands it over."""
        session = self._session
        session.when_done(session.run_source.ask(make), partial(self._hand_over, name))

    def _hand_over(self, name: str, made: Future[bytes]) -> None:
        try:
            self._link.save(name, made.result())
        except (HDDError, OSError) as error:
            notify("error", f"{name} cannot be made: {error}")
