"""Lets a cell wait until a run has reached a step."""

import time
from pathlib import Path

from hdd.errors import HDDError
from hdd.runs.run import Run
from hdd.states import EngineState
from workbench.notebook.background import LOOK_SECONDS, as_run
from workbench.notebook.main_thread_queue import main_thread


def wait(run: Run | str | Path, step: int | None = None, seconds: float = 600.0) -> int:
    """Waits until a run has completed `step` steps; all views of the kernel stay live meanwhile.

    Args:
        run: the run or its directory.
        step: the step to wait for; None waits until the run ends.
        seconds: the longest time to wait.

    Returns:
        The number of steps that the run has completed.

    Raises:
        HDDError: the run ended before that step, or the time is up.
    """
    run, deadline = as_run(run), time.monotonic() + seconds
    while step is None or run.step < step:
        status = run.status()
        if not status.state.is_alive and status.state != EngineState.NEW:
            if step is None and status.state in (EngineState.FINISHED, EngineState.STOPPED):
                break
            raise HDDError(f"{run.path} is {status.state} at step {run.step}: {status.message}")
        if time.monotonic() > deadline:
            raise HDDError(f"{run.path} is {status.state} at step {run.step} after {seconds:g} seconds.")
        main_thread.work()
        time.sleep(LOOK_SECONDS)
    main_thread.work()
    return run.step
