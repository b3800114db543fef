"""Opens a distilled set for an audit, wherever it is."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

from hdd.audit.subject import Subject
from hdd.data import load_chosen
from hdd.errors import InvalidInputError
from hdd.progress import Doing
from hdd.projection import Viewing
from hdd.runs.open_set import open_set_of, run_and_step
from hdd.runs.real_images import check_place_of_run, load_real_images
from hdd.runs.run import Run
from hdd.sets import Reading, SyntheticSet
from hdd.sets.preflight import Report, preflight
from hdd.settings import initial_settings


def open_subject(
    where: str | os.PathLike[str],
    dataset: str | None = None,
    reading: Reading | None = None,
    network: str = "random",
    progress: Doing | None = None,
    place: str | None = None,
    **knobs: Any,
) -> tuple[Subject, Report]:
    """A set beside the real images that it was distilled from, and what the preflight finds.

    Args:
        where: as in `hdd.runs.open_set.open_set`. A run says itself what it was distilled from, and what it began as.
        dataset: name of the data set, for files.
        reading: how a file is to be read.
        network: through which features are looked at: "random", or "trained" on the real images.
        progress: called as progress(what is done, done, to do), later by the audit too.
        place: for runs: the folder in which the real images are now, if it was moved.
        knobs: of the data set, for files: image_size and unreadable.

    Raises:
        HDDError: there is no such set or data set, they do not fit, what is given is for runs or for files only, or the
            real images of a run are not there, or are others.
    """
    reading_images = None if progress is None else partial(progress, "reading images")
    found = run_and_step(where)
    if found is None:
        if dataset is None:
            raise InvalidInputError(
                f"{os.fspath(where)} does not say what it was distilled from: name the data set, for example digits."
            )
        check_place_of_run(False, place)
        settings, initial = initial_settings(dataset, **knobs), None
        data = load_chosen(settings, reading_images)
    else:
        if dataset is not None or knobs:
            raise InvalidInputError("A run says itself what it was distilled from: leave the data set out.")
        with closing(Run(found[0])) as run:
            data = load_real_images(run, place, reading_images)
            settings, initial = run.initial_settings, _beginning(run, found[1])
    synthetic = open_set_of(where, data, reading)
    viewing = replace(Viewing.of(settings), network=network)
    return Subject(synthetic, data, viewing, initial, progress), preflight(synthetic, data)


def _beginning(run: Run, step: int | None) -> SyntheticSet:
    """The images that those of a step of a run began as."""
    made = run.synthetic(step)
    kept = run.mask_at(made.provenance["step"]).kept
    return replace(made, images=run.images(0)[kept])
