"""Makes new runs."""

import os
from collections.abc import Mapping
from typing import Any

import torch

from hdd.data import Dataset
from hdd.errors import InvalidInputError
from hdd.methods import METHODS
from hdd.provenance import provenance
from hdd.runs.run import Run, check_steps
from hdd.settings import Settings, packages


def create(
    out: str | os.PathLike[str],
    settings: Settings,
    data: Dataset,
    at: Mapping[int, Mapping[str, Any]] | None = None,
    who: str = "python",
) -> Run:
    """Makes a run at step 0, without an engine.

    Args:
        out: its directory, which must be empty or must not exist.
        settings: the settings that it starts with.
        data: its real images.
        at: edits to make when that many steps are completed, {step: {knob: value}}.
        who: the author that is recorded for the edits.

    Raises:
        HDDError: the output directory is in use, an edit is not allowed, or as in `hdd.methods.Method.check`.
    """
    for step, changes in (at or {}).items():
        if not 0 <= step < settings.steps:
            raise InvalidInputError(
                f"There is no step {step} to edit at: give a step from 0 to {settings.steps - 1}, "
                "or give the run more steps."
            )
        settings.changed(**changes)
        check_steps(changes, step)
    METHODS.get(settings.method).check(data, settings)
    run = Run.create(
        out,
        Settings(**{**settings.values(), "threads": settings.threads or torch.get_num_threads()}),
        data.classes,
        fingerprint=data.fingerprint,
        mean=data.mean.tolist(),
        std=data.std.tolist(),
        provenance=provenance() | ({"data": " ".join(data.notes)} if data.notes else {}),
        packages=packages(),
        decoder=METHODS.get(settings.method).decoder,
    )
    for step, changes in sorted((at or {}).items()):
        run.steer(who=who, at=step, **changes)
    return run
