"""What the rows of a run's database say, checked: damage, or another program, can leave anything in them."""

import json
import math
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from hdd.errors import MALFORMED, InvalidInputError, StorageError
from hdd.pruning.mask import Mask
from hdd.records import Edit, EngineStatus, StepRecord
from hdd.runs.database import damaged
from hdd.sets.decoders import DECODERS
from hdd.settings import Settings
from hdd.states import EditStatus


@contextmanager
def understood(database: Path, what: str) -> Generator[None]:
    """Within this context records are read; one that cannot be understood is told by its name.

    Args:
        database: the file.
        what: which records are read, in words.

    Raises:
        HDDError: in place of `MALFORMED`.
    """
    try:
        yield
    except MALFORMED as error:
        raise damaged(database, f"{what} cannot be understood: {type(error).__name__}: {error}") from error


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _are(kind: Callable[[object], bool], values: object) -> bool:
    return isinstance(values, list) and bool(values) and all(map(kind, values))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_dict(value: object) -> bool:
    return isinstance(value, dict)


def _or_none(kind: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: value is None or kind(value)


FACTS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "id": ("a text", _is_text),
    "created": ("a number", _is_number),
    "settings": ("values by name", _is_dict),
    "classes": ("names", lambda value: _are(_is_text, value)),
    "mean": ("numbers", lambda value: _are(_is_number, value)),
    "std": ("numbers", lambda value: _are(_is_number, value)),
    "fingerprint": ("a text", _is_text),
    "provenance": ("values by name", _or_none(_is_dict)),
    "decoder": (f"one of {', '.join(DECODERS)}", lambda value: value is None or value in DECODERS),
    "moved data": ("a text", _or_none(_is_text)),
    "note": ("a text", _or_none(_is_text)),
    "parent": ("values by name", _or_none(lambda value: isinstance(value, dict) and _is_text(value.get("id")))),
    "packages": ("values by name", _or_none(_is_dict)),
    "rewinds": ("a whole number", _or_none(lambda value: isinstance(value, int))),
}
"""What each fact in the table `meta` must be, in words and as a check; None stands for a fact that is not there."""


def fact_of(key: str, rows: list[sqlite3.Row]) -> Any:
    """The fact that was recorded under `key`, None if there is none; see `understood` for what is raised."""
    value = json.loads(rows[0]["value"]) if rows else None
    words, is_right = FACTS.get(key, ("anything", lambda _: True))
    if not is_right(value):
        raise ValueError(f"it should be {words}")
    return value


def stored_settings(database: Path, values: dict[str, Any]) -> Settings:
    """The settings that a run recorded.

    Raises:
        HDDError: a value is outside the bounds of its knob.
    """
    try:
        with understood(database, "the settings"):
            return Settings.stored(values)
    except InvalidInputError as error:
        raise StorageError(f"{database} records settings that cannot be: {error}") from error


def checked(status: EngineStatus) -> EngineStatus:
    """The status as given, if what should be numbers are; see `understood` for what is raised."""
    if not all(map(_is_number, (status.step, status.steps_per_second, status.time, status.pid))):
        raise ValueError("it has texts in place of numbers")
    return status


def edit_of(row: sqlite3.Row) -> Edit:
    """A row of the table `edits`, with its note; see `understood` for what is raised."""
    read = {"value": json.loads(row["value"]), "old": json.loads(row["old"] or "null")}
    edit = Edit(**{**dict(row), **read, "status": EditStatus(row["status"])})
    may_lack_step = edit.status != EditStatus.APPLIED
    if not isinstance(edit.due or 0, int) or not isinstance(edit.step or 0 if may_lack_step else edit.step, int):
        raise ValueError(f"the step of edit {edit.id} is no whole number")
    return edit


def mask_of(row: sqlite3.Row, shape: tuple[int, int]) -> Mask:
    """A row of the table `masks`, for images of (C, ipc); see `understood` for what is raised."""
    return Mask(
        np.frombuffer(row["kept"], np.uint8).astype(bool).reshape(shape),
        np.frombuffer(row["scores"], "<f4").astype(np.float32).reshape(shape),
    )


def step_record_of(row: sqlite3.Row, columns: tuple[str, ...]) -> StepRecord:
    """A row of the table `metrics`, with the names of its columns; see `understood` for what is raised."""
    return StepRecord(
        step=row["step"],
        loss=float(row["loss"]),
        feature_scale=float(row["feature_scale"]),
        seconds=float(row["seconds"]),
        classes=np.frombuffer(row["classes"], "<f4").reshape(-1, len(columns)),
        columns=columns,
    )


def evaluation_of(row: sqlite3.Row) -> dict[str, Any]:
    """A row of the table `evaluations`, as `RunReader.evaluations` gives it; see `understood` for what is raised."""
    protocol, accuracies = json.loads(row["protocol"]), json.loads(row["accuracies"])
    if not _are(_is_number, accuracies):
        raise ValueError(f"the accuracies of evaluation {row['id']} are no numbers")
    about = {"took": protocol.pop("took", None), "kept_ipc": protocol.pop("kept_ipc", None)}
    return {**dict(row), "protocol": protocol, "accuracies": accuracies, **about}
