"""Opens distilled sets for a page: the section of the side bar with the form, and what goes on while a set is read."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import panel as pn

from hdd.errors import HDDError
from workbench.component import Component
from workbench.controls.folded import Folded
from workbench.controls.notices import notify
from workbench.controls.open_set import OpenSet
from workbench.core import set_opening
from workbench.core.projector import Projector
from workbench.core.set_opening import OpenedSet
from workbench.core.set_place import SetPlace
from workbench.document_calls import Caller, DocumentCalls
from workbench.theme import HIDDEN, Notice, show


class SetOpener(Component):
    """Opens one set at a time; the newest request wins.

    Args:
        projector: reads the sets in another process.
        root: the folder of sets.
        document: of the browser session.
        opened: called with each set that has been opened.
        failed: called after a notification has said why a set cannot be opened.
    """

    def __init__(
        self,
        projector: Projector,
        root: Path,
        document: Caller | None,
        opened: Callable[[SetPlace, OpenedSet], None],
        failed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._projector = projector
        self._root = root
        self._calls = DocumentCalls(document)
        self._opened = opened
        self._failed = failed
        self._awaited: Future[OpenedSet] | None = None
        self._section = Folded("Open a distilled set", self._make_form)
        self._notice = Notice("", severity="info", margin=(4, 10), sizing_mode="stretch_width", sx=HIDDEN)
        self._panel = pn.Column(self._section, self._notice, sizing_mode="stretch_width", margin=0)

    def _make_form(self) -> OpenSet:
        form = OpenSet(str(self._root), self.open)
        self._calls.when_done(self._projector.study(set_opening.listed, self._root), form.offer)
        return form

    def open(self, place: SetPlace) -> None:
        """Opens a set; the page goes on meanwhile."""
        self._awaited = self._projector.study(set_opening.opened, self._root, place)
        self._notice.object = f"Opening {place.path} …"
        show(self._notice, True)
        self._calls.when_done(self._awaited, partial(self._got, place))

    def forget(self) -> None:
        """Opens nothing any more, because the page shows something else, and folds the form."""
        self._awaited = None
        show(self._notice, False)
        self._section.fold()

    def close(self) -> None:
        """Forgets the document."""
        self._calls.close()

    def _got(self, place: SetPlace, answer: Future[OpenedSet]) -> None:
        if answer is not self._awaited:
            return
        self._awaited = None
        show(self._notice, False)
        try:
            self._opened(place, answer.result())
        except HDDError as error:
            notify("error", str(error))
            self._failed()
        except Exception as error:
            # Files are written by others, so reading one can raise anything, and end the process that reads it.
            notify("error", f"{place.path} cannot be opened ({type(error).__name__}: {error}).")
            self._failed()
