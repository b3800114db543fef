"""Going back in a run, branching from it, and making it again."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import Timeout

from hdd.errors import HDDError, InvalidInputError
from hdd.records import StepRecord
from hdd.runs.run import Run, check_steps
from hdd.states import Command, EngineState


def _check_step(run: Run, step: int) -> None:
    if not 0 <= step <= run.step:
        raise InvalidInputError(f"step={step} is not in {run.path}: give a step from 0 to {run.step}.")


def rewind(run: Run, step: int, who: str = "python") -> None:
    """Takes a run back to where it stood when `step` steps were completed, with every edit made by then.

    What came later is dropped from the record, which the same edits would make again bit for bit: they stay in the
    ledger as "rewound", as do those that were about to act. Those that wait for a step to come wait on. A going engine
    is asked to do it and then waits; otherwise it is done at once.

    Raises:
        HDDError: the run has no such step.
    """
    _check_step(run, step)
    try:
        with run.lock().acquire(timeout=0):
            run.forget_after(step)
            run.end(EngineState.STOPPED, f"rewound to step {step}")
    except Timeout:
        run.command(Command.REWIND, step, who)


def _copy(source: Run, out: str | os.PathLike[str], **meta: Any) -> Run:
    """A new run with the settings and data of `source`, at its beginning."""
    kept = {key: source.meta(key) for key in ("fingerprint", "mean", "std", "provenance", "packages", "decoder")}
    parent = {"path": str(source.path.resolve()), "id": source.meta("id"), **meta}
    return Run.create(out, source.initial_settings, source.classes, **kept, parent=parent)


def fork(
    run: Run, step: int, out: str | os.PathLike[str], edits: Mapping[str, Any] | None = None, who: str = "fork"
) -> Run:
    """A new run that shares the history of `run` up to `step` and goes its own way from there.

    Args:
        run: to branch from; it may be going.
        step: 0 to the step it stands at.
        out: directory of the new run.
        edits: steerable knobs and values to change at `step`.
        who: makes the edits.

    Returns:
        The new run, not yet going: `resume` it.

    Raises:
        HDDError: no such step, an edit that is not allowed, or an output directory in use.
    """
    _check_step(run, step)
    run.initial_settings.changed(**(edits or {}))
    check_steps(edits or {}, step)
    child = _copy(run, out, step=step)
    child.copy_history(run, step)
    if edits:
        child.request(edits, who, step)
    return child


def copy_ledger(run: Run, out: str | os.PathLike[str]) -> Run:
    """A new run, not yet going, that makes `run` again: its settings, and its edits due at the steps they acted at.

    Raises:
        HDDError: an output directory in use.
    """
    child = _copy(run, out, step=0)
    for edit in run.steered():
        child.request({edit.name: edit.value}, edit.who, edit.applied_at)
    return child


def first_difference(one: Run, other: Run) -> int | None:
    """The first step at which two runs differ in any bit of their metrics or kept images; None where none does.

    Compared are the steps that both have made, the columns that both have recorded, and the images that both have kept.
    """
    different = [a.step for a, b in zip(one.metrics(), other.metrics(), strict=False) if not _same_bits(a, b)]
    # A checkpoint may have been written before or after the edits of its own step, which never touch the images.
    edited = {edit.step for run in (one, other) for edit in run.steered()}
    for mine, theirs in ((one.snapshots, other.snapshots), (one.checkpoints, other.checkpoints)):
        for step in sorted({*mine.steps()} & {*theirs.steps()}):
            a, b = mine.read(step), theirs.read(step)
            if a is None or b is None:
                different.append(step)
                continue
            names = ["images"] if step in edited else list(a)
            if not names or any(a[name].tobytes() != b[name].tobytes() for name in names):
                different.append(step)
    return min(different, default=None)


def _same_bits(one: StepRecord, other: StepRecord) -> bool:
    common = [name for name in one.columns if name in other.columns]
    return (one.loss, one.feature_scale) == (other.loss, other.feature_scale) and all(
        one.column(name).tobytes() == other.column(name).tobytes() for name in common
    )


def find_runs(folder: str | os.PathLike[str]) -> list[Run]:
    """The runs at and directly below a folder, by name; a folder that is not there has none.

    A directory whose run a newer version made is left out.
    """
    folder = Path(folder)
    runs: list[Run] = []
    for path in [folder, *sorted(folder.glob("*/"))]:
        try:
            runs.append(Run(path))
        except HDDError:
            continue
    return runs
