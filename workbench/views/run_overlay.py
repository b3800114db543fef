"""Reads the curves of other runs, to draw them over those of the run that is shown."""

import sqlite3
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hdd.errors import HDDError
from hdd.runs.ledger import steered
from hdd.runs.run import Run
from hdd.states import EditStatus
from workbench.core.run_curves import RunCurves
from workbench.core.run_reading import RunReading
from workbench.run_names import run_directory


class _Overlay:
    """A run that is read again and again, each time only what is new."""

    def __init__(self, path: Path) -> None:
        self.run = Run(path)
        self._reading = RunReading(self.run)
        self._found: dict[str, Any] = {}

    def curves(self) -> RunCurves:
        """The curves of the run as they are now."""
        while (changes := self._reading.changes()).get("reading"):
            self._found |= changes
        found = self._found = self._found | changes
        applied = [edit for edit in found["edits"] if edit.status == EditStatus.APPLIED]
        name, initial = self.run.path.name, self.run.initial_settings
        return RunCurves(name, found["columns"], found["evaluations"], steered(applied), initial)


class Overlays:
    """Reads the curves of some runs of a folder, in a thread of its own.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, _Overlay] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="overlays")

    def ask(self, names: Sequence[str]) -> "Future[list[RunCurves]]":
        """The curves of the runs with these names; runs that are gone or cannot be read are left out."""
        return self._pool.submit(self._curves, list(names))

    def _curves(self, names: list[str]) -> list[RunCurves]:
        for name in [name for name in self._read if name not in names]:
            self._read.pop(name).run.close()
        found = []
        for name in names:
            try:
                if name not in self._read:
                    self._read[name] = _Overlay(run_directory(self._folder, name))
                if self._read[name].run.exists():
                    found.append(self._read[name].curves())
            except (HDDError, OSError, sqlite3.Error):
                continue
        return found
