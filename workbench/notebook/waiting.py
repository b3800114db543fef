"""Keeps a cell busy until a run has come far enough."""

import time
from pathlib import Path

from hdd.errors import HDDError
from hdd.runs.run import Run
from hdd.states import EngineState
from workbench.notebook.background import LOOK_SECONDS, as_run
from workbench.notebook.main_thread_queue import main_thread


def wait(run: Run | str | Path, step: int | None = None, seconds: float = 600.0) -> int:
    """Keeps the cell busy until a run has made so many steps; all views stay live meanwhile.

    Args:
        run: or its directory.
        step: to wait for; None waits for its end.
        seconds: to wait at most.

    Returns:
        The step at which the run stands.

    Raises:
        HDDError: the run ends before, or the time is up.
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
