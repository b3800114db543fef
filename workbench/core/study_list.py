"""The studies of a folder, read again and again in a thread, each time only what has changed on disk."""

import sqlite3
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hdd.errors import HDDError
from hdd.paths import RUN_DATABASE
from hdd.study.declaration import STUDY_FILE, Study, read_study
from hdd.study.grid import Cell
from hdd.study.results import CellResult, check_same_images, read_result
from hdd.study.table import make_table
from workbench.core.run_thread import PATIENCE_SECONDS
from workbench.core.stamps import database_stamp, file_stamp
from workbench.core.study_report import StudyReport, make_report

HERE = "."
"""The name of a study that lies in the folder of the runs itself, and not in one below."""


def study_names(root: Path) -> list[str]:
    """The names of the studies in a folder, the most recently started first: their folders, and `HERE`."""
    started: dict[str, float] = {}
    for path in (root / STUDY_FILE, *root.glob(f"*/{STUDY_FILE}")):
        # It may be removed at this very moment.
        with suppress(OSError):
            started[HERE if path.parent == root else path.parent.name] = path.stat().st_mtime
    return sorted(started, key=started.__getitem__, reverse=True)


class StudyReading:
    """Reads a study again and again; no two threads may do so at once.

    Args:
        folder: of the study.
        prefix: see `workbench.core.arm_plots.make_plots`.
    """

    def __init__(self, folder: Path, prefix: str = "") -> None:
        self._folder, self._prefix = folder, prefix
        self._stamp: object = object()
        self._study: Study | None = None
        self._cells: list[Cell] = []
        self._known: dict[str, tuple[object, CellResult | str]] = {}
        self._report: StudyReport | str = ""

    def read(self) -> StudyReport | str:
        """What the study has found, or why that cannot be told; the same object as before if nothing has changed."""
        stamp = file_stamp(self._folder / STUDY_FILE)
        if stamp != self._stamp:
            self._stamp, self._study, self._known = stamp, None, {}
            try:
                self._study = read_study(self._folder / STUDY_FILE)
            except HDDError as error:
                self._report = str(error)
                return self._report
            self._cells = self._study.cells()
        if self._study is not None:
            before, self._known = self._known, {cell.run_name: self._look(cell) for cell in self._cells}
            if self._known != before:
                self._report = self._made(self._study)
        return self._report

    def _look(self, cell: Cell) -> tuple[object, CellResult | str]:
        """What is on the disk of a run, and what the run has found, or why that cannot be read."""
        path, before = self._folder / cell.run_name, self._known.get(cell.run_name)
        stamp = database_stamp(path / RUN_DATABASE)
        if before is not None and before[0] == stamp:
            return before
        assert self._study is not None
        try:
            return stamp, read_result(self._study, cell, self._folder, PATIENCE_SECONDS)
        except HDDError as error:
            return stamp, str(error)
        except PermissionError as error:
            return stamp, f"{path} cannot be read here ({error.strerror})."
        except (OSError, sqlite3.Error):
            # It is being written or removed at this moment, so what is known of it is not forgotten.
            return None, before[1] if before else CellResult(cell)

    def _made(self, study: Study) -> StudyReport | str:
        results: list[CellResult] = []
        for _, found in self._known.values():
            if isinstance(found, str):
                return found
            results.append(found)
        try:
            check_same_images(results, self._folder)
        except HDDError as error:
            return str(error)
        return make_report(make_table(study, results), self._folder.name, self._prefix)


@dataclass(frozen=True)
class Studies:
    """The studies of a folder, and one of them.

    Attributes:
        names: as `study_names` returns them.
        name: of the one that was read, "" if there is none.
        found: its report, or why it cannot be read.
    """

    names: tuple[str, ...] = ()
    name: str = ""
    found: StudyReport | str = ""


class StudyList:
    """Reads the studies of a folder in a thread of its own.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._readings: dict[str, StudyReading] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="studies")
        self._lock = threading.Lock()
        self._asked: dict[str, Future[Studies]] = {}

    def ask(self, name: str = "") -> "Future[Studies]":
        """As `read`, without waiting; those who ask for a study while it is being read share the answer."""
        with self._lock:
            asked = self._asked.get(name)
            if asked is None or asked.done():
                asked = self._asked[name] = self._pool.submit(self.read, name)
            return asked

    def read(self, name: str = "") -> Studies:
        """The studies as they are now, and the one called `name`, or the newest if there is none of that name.

        It reads in the thread of the caller; only one thread at a time may do so.
        """
        names = study_names(self._root)
        if not names:
            return Studies()
        chosen = name if name in names else names[0]
        if chosen not in self._readings:
            is_here = chosen == HERE
            folder, prefix = (self._root, "") if is_here else (self._root / chosen, f"{chosen}/")
            self._readings[chosen] = StudyReading(folder, prefix)
        return Studies(tuple(names), chosen, self._readings[chosen].read())


_lists: dict[Path, StudyList] = {}


def study_list_of(root: Path) -> StudyList:
    """The list of the studies in `root`, one for all sessions of this process."""
    return _lists.setdefault(root.resolve(), StudyList(root.resolve()))
