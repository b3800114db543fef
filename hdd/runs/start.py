"""Makes new runs."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hdd.cores import usable_cores
from hdd.data import Dataset
from hdd.errors import InvalidInputError
from hdd.methods import METHODS
from hdd.paths import absolute_data_set
from hdd.provenance import provenance
from hdd.runs.inbox import check_steps
from hdd.runs.places import made_whole
from hdd.runs.run import Run
from hdd.sets import SyntheticSet
from hdd.settings import Settings, packages


def create(
    out: str | os.PathLike[str],
    settings: Settings,
    data: Dataset,
    at: Mapping[int, Mapping[str, Any]] | None = None,
    who: str = "python",
    initial: SyntheticSet | None = None,
) -> Run:
    """Makes a run at step 0, without an engine.

    Args:
        out: its directory, which must be empty or must not exist.
        settings: the settings that it starts with.
        data: its real images.
        at: edits to make when that many steps are completed, {step: {knob: value}}.
        who: the author that is recorded for the edits.
        initial: the set whose images the run starts from, fitted to `data`; None draws them, as the knob init says.

    Raises:
        HDDError: the output directory is in use, an edit is not allowed, `initial` does not fit the settings, or as in
            `hdd.methods.Method.check`.
    """
    for step, changes in (at or {}).items():
        if not 0 <= step < settings.steps:
            raise InvalidInputError(
                f"There is no step {step} to edit at: give a step from 0 to {settings.steps - 1}, "
                "or give the run more steps."
            )
        METHODS.get(settings.method).check(data, settings.changed(**changes))
        check_steps(changes, step)
    METHODS.get(settings.method).check(data, settings)
    images = None if initial is None else initial_grid(initial, settings)
    started_from = {} if initial is None or images is None else {"initial": _about(initial, images)}
    here = {
        "threads": settings.threads or min(torch.get_num_threads(), usable_cores()),
        "dataset": absolute_data_set(settings.dataset),
    }
    with made_whole(Path(out)) as place:
        run = Run.create(
            place,
            Settings(**{**settings.values(), **here}),
            data.classes,
            fingerprint=data.fingerprint,
            mean=data.mean.tolist(),
            std=data.std.tolist(),
            provenance=provenance() | ({"data": " ".join(data.notes)} if data.notes else {}),
            packages=packages(),
            decoder=METHODS.get(settings.method).decoder,
            initial_images=images,
            **started_from,
        )
        with closing(run):
            for step, changes in sorted((at or {}).items()):
                run.steer(who=who, at=step, **changes)
    return Run(out)


def initial_grid(initial: SyntheticSet, settings: Settings) -> np.ndarray:
    """The images (C, ipc, channels, H, W) float32 of a set, with which a run with these settings can start.

    Raises:
        HDDError: the set has soft labels, not ipc images of each class, or another decoder than the method.
    """
    decoder = METHODS.get(settings.method).decoder
    if initial.decoder != decoder:
        raise InvalidInputError(
            f"The set has the decoder {initial.decoder}, but the method {settings.method} has {decoder}: take another "
            "method, or say with decoder=… how the set is to be read."
        )
    if initial.labels.ndim == 2 and not (initial.labels.max(axis=1) == 1).all():
        raise InvalidInputError("The set has soft labels, but a run has hard ones: give a set with hard labels.")
    if set(initial.counts) != {settings.ipc}:
        lowest, highest = min(initial.counts), max(initial.counts)
        has = f"{lowest} images" if lowest == highest else f"{lowest} to {highest} images"
        raise InvalidInputError(f"The set has {has} of each class, but ipc={settings.ipc}: they must be as many.")
    order = np.argsort(initial.hard_labels, kind="stable")
    return initial.images[order].reshape(len(initial.classes), settings.ipc, *initial.images.shape[1:])


def _about(initial: SyntheticSet, images: np.ndarray) -> dict[str, Any]:
    """What the run records of the set that it starts from: a fingerprint of the images, and their own provenance."""
    fingerprint = hashlib.sha256(repr(images.shape).encode() + images.tobytes()).hexdigest()
    return {"fingerprint": fingerprint, "provenance": dict(initial.provenance)}
