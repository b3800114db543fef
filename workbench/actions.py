"""Actions on a whole run, for the page, notebooks and scripts: rewind and fork.

Each action opens the run on a database connection of its own, so it may be called from any thread.
"""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from hdd.runs import history
from hdd.runs.real_images import check_place
from hdd.runs.run import Run

NAME_KEPT = 80
"""The name of a fork begins with this many characters of its run's name at most."""


def rewind(path: Path, step: int, who: str) -> None:
    """Takes the run in `path` back to `step`, and drops the steps after it.

    Args:
        path: directory of the run.
        step: to go back to.
        who: author of the command in the ledger.

    Raises:
        HDDError: see `hdd.runs.history.rewind`.
    """
    with closing(Run(path)) as run:
        history.rewind(run, step, who)


def fork(path: Path, step: int, who: str, out: Path | None = None, edits: Mapping[str, Any] | None = None) -> Path:
    """Forks the run in `path` at `step`, without starting an engine on the new run.

    Args:
        path: directory of the run; an engine may be running on it.
        step: to fork at.
        who: author of the edits in the ledger.
        out: directory of the new run; None makes one beside `path`, named by run, step and a number.
        edits: steerable knobs, and their values from `step` on.

    Returns:
        The directory of the new run.

    Raises:
        HDDError: see `hdd.runs.history.fork`; or the image folder of the run is not there.
    """
    out = _free_directory(path, step) if out is None else out
    with closing(Run(path)) as run:
        check_place(run)
        history.fork(run, step, out, edits, who).close()
    return out


def _free_directory(path: Path, step: int) -> Path:
    number = 1
    while (out := path.parent / f"{path.name[:NAME_KEPT]}-fork-{step}-{number}").exists():
        number += 1
    return out
