"""What is done to a whole run, from the page, a notebook or a script: rewind, fork. Free of Panel.

Each opens the run on a connection of its own, so that it may be called from any thread.
"""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from hdd.runs import history
from hdd.runs.run import Run

NAME_KEPT = 80
"""How much of a run's name the names of its forks begin with."""


def rewind(path: Path, step: int, who: str) -> None:
    """Takes the run in `path` back to `step`.

    Raises:
        HDDError: as `hdd.runs.history.rewind`.
    """
    with closing(Run(path)) as run:
        history.rewind(run, step, who)


def fork(path: Path, step: int, who: str, out: Path | None = None, edits: Mapping[str, Any] | None = None) -> Path:
    """Branches the run in `path` at `step`; nothing advances the new run yet.

    Args:
        path: directory of the run; it may be going.
        step: to branch at.
        who: forks, for the ledger.
        out: directory of the new run; None makes one beside `path`, named by run, step and a number.
        edits: steerable knobs and their values from `step` on.

    Returns:
        The directory of the new run.

    Raises:
        HDDError: as `hdd.runs.history.fork`.
    """
    out = _free_directory(path, step) if out is None else out
    with closing(Run(path)) as run:
        history.fork(run, step, out, edits, who).close()
    return out


def _free_directory(path: Path, step: int) -> Path:
    number = 1
    while (out := path.parent / f"{path.name[:NAME_KEPT]}-fork-{step}-{number}").exists():
        number += 1
    return out
