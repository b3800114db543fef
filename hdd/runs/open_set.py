"""Opens a distilled set, wherever it is: in a run of ours, or in a file that anybody published."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hdd import sets
from hdd.errors import InvalidInputError
from hdd.paths import holds_run
from hdd.runs.run import Run
from hdd.sets import Reading, SyntheticSet
from hdd.sets.marks import Mark, Marks, place

if TYPE_CHECKING:
    from hdd.data import Dataset


def open_set(where: str | os.PathLike[str], reading: Reading | None = None) -> SyntheticSet:
    """The distilled set at `where`.

    Args:
        where: a file or folder in a format of `hdd.sets.FORMATS`, a run directory (its newest kept step), or
            RUN@STEP.
        reading: how a file is to be read; not for runs.

    Raises:
        HDDError: there is no set, it is damaged, or as in `hdd.sets.load`.
    """
    found = run_and_step(where)
    return sets.load(os.fspath(where), reading) if found is None else _of_run(*found, reading)


def run_and_step(where: str | os.PathLike[str]) -> tuple[Path, int | None] | None:
    """The run directory and the step that RUN or RUN@STEP stands for, step None for the newest; None if it is no run.

    Raises:
        HDDError: what stands after the @ is no step.
    """
    text = os.fspath(where)
    folder, at, step = text.rpartition("@")
    if at and not Path(text).exists() and holds_run(Path(folder)):
        if not step.isdecimal():
            raise InvalidInputError(f"{text!r} names no step: write RUN@STEP with a whole number.")
        return Path(folder), int(step)
    return (Path(text), None) if holds_run(Path(text)) else None


def marks_of(where: str | os.PathLike[str], made: SyntheticSet) -> dict[int, Mark]:
    """The marks on the images of a set, which was opened from `where`, by the number of the decoded image.

    Raises:
        HDDError: their file is damaged.
    """
    found = run_and_step(where)
    if found is None:
        return Marks(place(Path(where), False)).of(0)
    return Marks(place(found[0], True)).of(made.provenance["step"])


def _of_run(path: Path, step: int | None, reading: Reading | None) -> SyntheticSet:
    if reading is not None and reading.given():
        raise InvalidInputError(f"A run says itself how it is to be read: leave out {', '.join(reading.given())}.")
    run = Run(path)
    try:
        return run.synthetic(step)
    finally:
        run.close()


def open_set_of(where: str | os.PathLike[str], data: Dataset, reading: Reading | None = None) -> SyntheticSet:
    """As `open_set`, for a set of the classes of `data`: a file without names or labels then needs no class_count."""
    reading = reading or Reading()
    if reading.class_count is None and run_and_step(where) is None:
        reading = replace(reading, class_count=len(data.classes))
    return open_set(where, reading)
