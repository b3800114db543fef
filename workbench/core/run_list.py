"""The runs of a folder as a table: a row for each, the settings in which they differ, and the tree of forks."""

import sqlite3
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hdd.errors import HDDError
from hdd.knobs.text import to_text
from hdd.paths import RUN_DATABASE
from hdd.runs.overview import RunFacts, differing_knobs, family_tree, read_facts
from hdd.settings import Settings
from workbench.core.run_thread import PATIENCE_SECONDS
from workbench.core.stamps import database_stamp
from workbench.run_names import run_names

BEFORE, AFTER = ("Run", "State", "Step", "Accuracy"), ("Made from", "Note")
"""The titles of the columns before and after those of the settings."""


@dataclass(frozen=True)
class RunRow:
    """A row of the table.

    Attributes:
        name: of the run.
        depth: how many of its ancestors are in the table.
        cells: (text, what to sort by) for each column.
        note: what somebody wrote about the run.
    """

    name: str
    depth: int
    cells: tuple[tuple[str, float | str], ...]
    note: str = ""


@dataclass(frozen=True)
class RunTable:
    """The runs of a folder, each followed by its forks."""

    titles: tuple[str, ...] = ()
    rows: tuple[RunRow, ...] = ()


class RunList:
    """Reads the runs of a folder again and again, each time only those that have changed.

    Args:
        root: the folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, tuple[object, RunFacts | str]] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="runs")
        self._lock = threading.Lock()
        self._asked: Future[RunTable] | None = None

    def ask(self) -> "Future[RunTable]":
        """The table as it is now; those who ask while it is being read share the answer."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = self._pool.submit(self.read)
            return self._asked

    def read(self) -> RunTable:
        """Reads the table, in the thread of the caller; only one thread at a time may do so."""
        self._known = {name: self._look(name) for name in run_names(self._root)}
        found = [facts for _, facts in self._known.values()]
        problems = {name: facts for name, (_, facts) in self._known.items() if isinstance(facts, str)}
        return table_of([facts for facts in found if isinstance(facts, RunFacts)], problems)

    def _look(self, name: str) -> tuple[object, RunFacts | str]:
        """What is on the disk of a run, and the facts of the run, or why they cannot be read."""
        path = self._root / name
        stamp = database_stamp(path / RUN_DATABASE)
        before = self._known.get(name)
        if before is not None and before[0] == stamp and not (isinstance(before[1], RunFacts) and before[1].is_going):
            return before
        try:
            return stamp, read_facts(path, PATIENCE_SECONDS)
        except HDDError as error:
            return stamp, str(error)
        except (OSError, sqlite3.Error) as error:
            # It is being written or removed at this moment, so what is known of it is not forgotten.
            return None, before[1] if before else f"It cannot be read at the moment ({error})."


def table_of(runs: list[RunFacts], problems: dict[str, str]) -> RunTable:
    """The table of runs; at its end the runs that cannot be read, {name: why}."""
    knobs = differing_knobs(runs)
    titles = (*BEFORE, *(Settings.knob(name).title for name in knobs), *AFTER)
    rows = [RunRow(facts.name, depth, _cells(facts, knobs), facts.note) for depth, facts in family_tree(runs)]
    empty = ("", "")
    rows += [
        RunRow(name, 0, ((name, name), ("cannot be read", "~"), *[empty] * (len(titles) - 3), (why, why)))
        for name, why in problems.items()
    ]
    return RunTable(titles, tuple(rows))


def _cells(facts: RunFacts, knobs: Iterable[str]) -> tuple[tuple[str, float | str], ...]:
    accuracy = facts.accuracy
    return (
        (facts.name, facts.name),
        (facts.state, facts.state),
        (f"{facts.step} / {facts.settings.steps}", facts.step),
        ("" if accuracy is None else str(accuracy), -1.0 if accuracy is None else accuracy.mean),
        *(_knob_cell(facts, name) for name in knobs),
        (facts.origin, facts.origin),
        (facts.note, facts.note),
    )


def _knob_cell(facts: RunFacts, name: str) -> tuple[str, float | str]:
    """The value of a knob, after the one that the run started with if it was steered; "" if the run does not use it."""
    if name not in facts.settings.in_force():
        return "", ""
    initial, now = (settings.values()[name] for settings in (facts.initial, facts.settings))
    text = _value_text(now) if now == initial else f"{_value_text(initial)} → {_value_text(now)}"
    return text, now if isinstance(now, int | float) else text


def _value_text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else to_text(value)


_lists: dict[Path, RunList] = {}


def run_list_of(root: Path) -> RunList:
    """The list of the runs in `root`, one for all sessions of this process."""
    return _lists.setdefault(root.resolve(), RunList(root.resolve()))
