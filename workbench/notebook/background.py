"""Starts and forks runs in other processes, so that the notebook or script can do something else meanwhile."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from IPython.display import display

from hdd.errors import HDDError
from hdd.paths import data_set_title, holds_run, runs_folder
from hdd.runs.run import Run
from hdd.settings import initial_settings
from workbench import actions
from workbench.core.jobs import SPARE_CORES, Engines
from workbench.notebook.link import WHO

LOOK_SECONDS = 0.05


def start(dataset: str | None = None, out: str | Path | None = None, preset: str = "geometric", **settings: Any) -> Run:
    """Starts a run in another process, which outlives the kernel.

    Args:
        dataset: a name that `hdd datasets` lists, or folder:PATH; None takes that of the preset, or else "digits".
        out: directory of the run; None makes one in the folder $HDD_RUNS, or else ./runs, named by the data set and the
            time.
        preset: "geometric", "released", or the name of a published row, see `hdd.settings.PRESETS`.
        settings: further knobs of `hdd.settings.Settings`; without `threads`, the run uses all cores but one.

    Returns:
        The run, as soon as it has been made.

    Raises:
        HDDError: a knob has a value that is not allowed, the directory is in use, or the run could not be made.
    """
    settings = {"threads": SPARE_CORES, **settings}
    chosen: str = initial_settings(dataset, preset, **settings).dataset
    if out is None:
        out = runs_folder() / f"{data_set_title(chosen)}-{datetime.now():%Y%m%d-%H%M%S-%f}"
    out = Path(out)
    progress = display({"text/plain": f"Making the run {out} …"}, raw=True, display_id=True)
    job = Engines(out.parent).distill(out.name, {"dataset": chosen, **settings}, preset, share=True)
    while not holds_run(out):
        if not job.poll():
            raise HDDError(job.failure or f"{job.about} ended before it was made.")
        time.sleep(LOOK_SECONDS)
    if progress is not None:
        progress.update({"text/plain": f"The run {out} is going in process {job.pid}."}, raw=True)
    return Run(out)


def fork(run: Run | str | Path, step: int, out: str | Path | None = None, **edits: Any) -> Run:
    """Forks a run at `step`, makes edits at that step, and resumes the new run in another process.

    Args:
        run: the run or its directory; an engine may be running on it.
        step: to fork at.
        out: directory of the new run; None makes one beside `run`, named by run, step and a number.
        edits: steerable knobs, and their values from `step` on.

    Returns:
        The new run.

    Raises:
        HDDError: see `hdd.runs.history.fork`.
    """
    child = actions.fork(as_run(run).path, step, WHO, None if out is None else Path(out), edits)
    Engines(child.parent).resume(child, share=True, who=WHO)
    return Run(child)


def as_run(run: Run | str | Path) -> Run:
    """The run itself, or the run in a directory.

    Raises:
        HDDError: there is no run in the directory.
    """
    return run if isinstance(run, Run) else Run(run)
