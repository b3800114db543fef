"""Actions on a whole run, for the page, notebooks and scripts: rewind and fork.

Each action opens the run on a database connection of its own, so it may be called from any thread.
"""

from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path
from typing import Any

from hdd.errors import HDDError
from hdd.runs import history
from hdd.runs.places import check_free
from hdd.runs.real_images import check_images
from hdd.runs.run import Run
from workbench.core.disk_requests import Projecting
from workbench.core.failure_text import failure_text
from workbench.core.projector import shared_projector

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


def fork(
    path: Path,
    step: int,
    who: str,
    out: Path | None = None,
    edits: Mapping[str, Any] | None = None,
    projector: Projecting | None = None,
) -> Path:
    """Forks the run in `path` at `step`, without starting an engine on the new run.

    A fork that could not be resumed is not made, so the real images are loaded before, in another process. This waits
    for that, which takes seconds, and longer while a large folder is read for the first time.

    Args:
        path: directory of the run; an engine may be running on it.
        step: to fork at.
        who: author of the edits in the ledger.
        out: directory of the new run; None makes one beside `path`, named by run, step and a number.
        edits: steerable knobs, and their values from `step` on.
        projector: has the other process; None takes that of this server.

    Returns:
        The directory of the new run.

    Raises:
        HDDError: see `hdd.runs.history.fork`; or the real images of the run are not there, or are others.
    """
    out = _free_directory(path, step) if out is None else out
    check_free(out)
    try:
        (projector or shared_projector()).study(check_images, path).result()
    except BrokenProcessPool as error:
        raise HDDError(f"The images of {path} cannot be checked: {failure_text(error)}. Try again.") from None
    with closing(Run(path)) as run:
        history.fork(run, step, out, edits, who).close()
    return out


def _free_directory(path: Path, step: int) -> Path:
    number = 1
    while (out := path.parent / f"{path.name[:NAME_KEPT]}-fork-{step}-{number}").exists():
        number += 1
    return out
