"""Renames and deletes runs. Does not import torch."""

import os
import shutil
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import Timeout

from hdd.errors import InUseError, InvalidInputError
from hdd.paths import RUN_DATABASE
from hdd.runs.places import check_name
from hdd.runs.run import Run


@contextmanager
def _without_engine(path: Path, what: str) -> Generator[None]:
    """Within this context, no engine can start on the run in `path`.

    Raises:
        HDDError: there is no run in the directory, or an engine advances it.
    """
    with closing(Run(path)) as run:
        lock = run.lock()
        pid = run.status().pid
    try:
        with lock.acquire(timeout=0):
            yield
    except Timeout:
        raise InUseError(f"An engine (process {pid}) advances {path}: stop it first, then {what} the run.") from None


def rename(path: str | os.PathLike[str], name: str) -> Path:
    """Renames the directory of a run, within its folder. Forks of the run still know it, by its id.

    Args:
        path: directory of the run.
        name: its new name.

    Returns:
        The new directory.

    Raises:
        HDDError: there is no run, an engine advances it, the name is not allowed, or it is taken.
    """
    path = Path(path)
    check_name(name)
    renamed = path.with_name(name)
    with _without_engine(path, "rename"):
        if renamed.exists():
            raise InUseError(f"There is something called {name!r} in {path.parent} already: choose another name.")
        path.rename(renamed)
    return renamed


def delete(path: str | os.PathLike[str]) -> None:
    """Deletes a run with all that is in its directory. Its forks are complete without it.

    Raises:
        HDDError: there is no run, an engine advances it, or its directory is a symbolic link.
        OSError: a file cannot be deleted.
    """
    path = Path(path)
    if path.is_symlink():
        raise InvalidInputError(f"{path} is a link to {path.resolve()}: delete the run there.")
    with _without_engine(path, "delete"):
        # Without its database, the directory is no run any more, even if not everything can be deleted.
        (path / RUN_DATABASE).unlink()
        shutil.rmtree(path)
