"""Runs that go on in processes of their own, while a notebook or a script does something else."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from hdd.errors import HDDError
from hdd.paths import holds_run
from hdd.runs.run import Run
from hdd.settings import initial_settings
from workbench import actions
from workbench.core.jobs import SPARE_CORES, Engines
from workbench.notebook.link import WHO

LOOK_SECONDS = 0.05


def start(dataset: str = "digits", out: str | Path | None = None, preset: str = "geometric", **settings: Any) -> Run:
    """Starts a run in a process of its own, which outlives the kernel.

    Args:
        dataset: a name that `hdd datasets` lists, or folder:PATH.
        out: directory of the run; None makes one below ./runs, named by the data set and time.
        preset: "geometric" or "released".
        settings: further knobs of `hdd.settings.Settings`; unless told, it takes all cores but one.

    Returns:
        The run, as soon as it is made.

    Raises:
        HDDError: a knob that is not allowed, a directory in use, or a run that could not be made.
    """
    settings = {"threads": SPARE_CORES, **settings}
    initial_settings(dataset, preset, **settings)
    if out is None:
        out = Path("runs") / f"{Path(dataset.removeprefix('folder:')).name}-{datetime.now():%Y%m%d-%H%M%S-%f}"
    out = Path(out)
    job = Engines(out.parent).distill(out.name, {"dataset": dataset, **settings}, preset, share=True)
    while not holds_run(out):
        if not job.poll():
            raise HDDError(job.failure or f"{job.about} ended before it was made.")
        time.sleep(LOOK_SECONDS)
    return Run(out)


def fork(run: Run | str | Path, step: int, out: str | Path | None = None, **edits: Any) -> Run:
    """Branches a new run from `run` at `step`, with edits there, and lets it go on in a process of its own.

    Args:
        run: or its directory; it may be going.
        step: to branch at.
        out: directory of the new run; None makes one beside `run`, named by run, step and a number.
        edits: steerable knobs and their values from `step` on.

    Raises:
        HDDError: as `hdd.runs.history.fork`.
    """
    child = actions.fork(as_run(run).path, step, WHO, None if out is None else Path(out), edits)
    Engines(child.parent).resume(child, share=True)
    return Run(child)


def as_run(run: Run | str | Path) -> Run:
    """The run itself, or the one in a directory."""
    return run if isinstance(run, Run) else Run(run)
