"""Rewinds, forks and replays runs."""

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import Timeout

from hdd.errors import HDDError, InvalidInputError, StorageError
from hdd.paths import holds_run
from hdd.records import StepRecord
from hdd.runs.inbox import check_steps
from hdd.runs.places import made_whole
from hdd.runs.run import Run
from hdd.states import Command, EngineState


def _check_step(run: Run, step: int) -> None:
    if not 0 <= step <= run.step:
        raise InvalidInputError(f"The run {run.path} has no step {step}: give a step from 0 to {run.step}.")


def rewind(run: Run, step: int, who: str = "python") -> None:
    """Takes a run back to the state after `step` completed steps, with all edits made by then.

    The metrics and images of later steps are deleted. The later edits stay in the ledger as "rewound", and with them
    the run could be made again bit for bit. Edits that were about to be applied are marked as rewound too, but edits
    that wait for a certain step stay pending. If an engine advances the run, it is asked to rewind, and is paused
    afterwards; otherwise the run is rewound immediately.

    Raises:
        HDDError: the run has no such step, or cannot be resumed here.
    """
    _check_step(run, step)
    try:
        with run.lock().acquire(timeout=0):
            run.check_installed()
            run.forget_after(step)
            run.end(EngineState.STOPPED, f"rewound to step {step}")
    except Timeout:
        run.command(Command.REWIND, step, who)


def _copy(source: Run, out: Path, **meta: Any) -> Run:
    """Makes a new run at step 0 with the initial settings and the data of `source`.

    Raises:
        HDDError: the run cannot be resumed here, or the output directory is in use.
    """
    source.check_installed()
    kept = {key: source.meta(key) for key in ("fingerprint", "mean", "std", "provenance", "packages", "decoder")}
    if (initial := source.given_initial_images()) is not None:
        kept["initial"] = source.meta("initial")
    parent = {"path": str(source.path.resolve()), "id": source.meta("id"), **meta}
    return Run.create(out, source.initial_settings, source.classes, initial, **kept, parent=parent)


def fork(
    run: Run, step: int, out: str | os.PathLike[str], edits: Mapping[str, Any] | None = None, who: str = "fork"
) -> Run:
    """Makes a new run that shares the history of `run` up to `step` and can then develop differently.

    Args:
        run: the run to branch from; an engine may be advancing it.
        step: the step to branch at, from 0 to the last completed step of the run.
        out: directory of the new run.
        edits: steerable knobs and the values that they get at `step`.
        who: the author that is recorded for the edits.

    Returns:
        The new run, which has no engine yet: `resume` it.

    Raises:
        HDDError: there is no such step, an edit is not allowed, the run cannot be resumed here, the output directory
            is in use, or a file cannot be read or written. Nothing is left there then.
    """
    _check_step(run, step)
    run.initial_settings.changed(**(edits or {}))
    check_steps(edits or {}, step)
    with made_whole(Path(out)) as place, closing(_copy(run, place, step=step)) as child:
        child.copy_history(run, step)
        if edits:
            child.request(edits, who, step)
    return Run(out)


def copy_ledger(run: Run, out: str | os.PathLike[str]) -> Run:
    """Makes a new run that will repeat `run` when it is resumed.

    It has the same initial settings, and each edit of the ledger is due at the step at which it was applied.

    Raises:
        HDDError: as in `fork`.
    """
    # Where the run was paused by itself, it has gone on, so the rules must not pause it there once more.
    with made_whole(Path(out)) as place, closing(_copy(run, place, step=0, repeats=run.step)) as child:
        for edit in run.steered():
            child.request({edit.name: edit.value}, edit.who, edit.applied_at, edit.note or "")
    return Run(out)


def first_difference(one: Run, other: Run) -> int | None:
    """The first step at which two runs differ in any bit of metrics, kept images or masks; None if they do not differ.

    Only steps that both have made, columns that both have recorded, and images that both have kept are compared.

    Raises:
        HDDError: what can be read does not differ, but something cannot be read; the message says what.
    """
    different = [a.step for a, b in zip(one.metrics(), other.metrics(), strict=False) if not _same_bits(a, b)]
    # One of them may have gone on, and then an edit came at the last step of the other.
    last = min(one.step, other.step) - (one.step != other.step)
    masked = {step for step in {*one.masks(), *other.masks()} if step <= last}
    different += [step for step in masked if not one.mask_at(step).same_as(other.mask_at(step))]
    # A checkpoint may have been written before or after the edits of its own step, which never touch the images.
    edited = {edit.step for run in (one, other) for edit in run.steered()}
    unread: list[str] = []
    for mine, theirs in ((one.snapshots, other.snapshots), (one.checkpoints, other.checkpoints)):
        try:
            kept_by_both = sorted({*mine.steps()} & {*theirs.steps()})
        except StorageError as error:
            unread.append(str(error))
            continue
        for step in kept_by_both:
            try:
                if not _same_tensors(mine.read(step), theirs.read(step), only_images=step in edited):
                    different.append(step)
            except StorageError as error:
                unread.append(str(error))
    if unread and not different:
        more = f" And so it is with {len(unread) - 1} more." if unread[1:] else ""
        raise StorageError(
            f"{one.path} and {other.path} cannot be compared completely, though what was compared does not differ: "
            f"{unread[0]}{more}"
        )
    return min(different, default=None)


def _same_tensors(
    one: Mapping[str, np.ndarray] | None, other: Mapping[str, np.ndarray] | None, only_images: bool
) -> bool:
    """Whether two files of tensors have the same bits where both have something; damaged ones have not."""
    if one is None or other is None:
        return False
    names = ["images"] if only_images else [name for name in one if name in other]
    return bool(names) and all(one[name].tobytes() == other[name].tobytes() for name in names)


def _same_bits(one: StepRecord, other: StepRecord) -> bool:
    common = [name for name in one.columns if name in other.columns]
    return (one.loss, one.feature_scale) == (other.loss, other.feature_scale) and all(
        one.column(name).tobytes() == other.column(name).tobytes() for name in common
    )


def find_runs(folder: str | os.PathLike[str]) -> list[Run]:
    """The runs in a folder and in its direct subfolders, sorted by name; a folder that does not exist has none.

    Runs that cannot be read are left out, and each of the others is open.
    """
    runs: list[Run] = []
    for path in look_for_runs(folder)[0]:
        with suppress(HDDError, OSError, sqlite3.Error):
            runs.append(Run(path))
    return runs


def look_for_runs(folder: str | os.PathLike[str]) -> tuple[list[Path], dict[Path, str]]:
    """The directories of the runs as in `find_runs`, and why others cannot be looked at, by path.

    None is opened: a folder can hold more runs than a process may open files.
    """
    folder = Path(folder)
    runs: list[Path] = []
    problems: dict[Path, str] = {}
    for path in [folder, *sorted(folder.glob("*/"))]:
        try:
            if holds_run(path):
                runs.append(path)
        except OSError as error:
            problems[path] = f"{path} cannot be looked at ({error.strerror or error})."
    return runs, problems
