"""Where a run can be made, and how it can be called."""

import re
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hdd.errors import HDDError, InUseError, InvalidInputError, StorageError
from hdd.paths import RUN_DATABASE, holds_run

_UNFINISHED = ".unfinished"
"""In the directory of a run that is being made, the folder that holds what is ready of it."""


def check_free(path: Path) -> None:
    """Checks that a run can be made at `path`.

    Raises:
        HDDError: something is there already, or the place cannot be looked at.
    """
    try:
        if not path.exists():
            return
        what = (
            "is a file" if not path.is_dir()
            else "holds another run" if holds_run(path)
            else "is not empty" if any(path.iterdir())
            else None
        )  # fmt: skip
    except OSError as error:
        raise cannot_be_made(path, error) from None
    if what is not None:
        raise InUseError(f"{path} {what}: give a directory that is empty or does not exist.")


def cannot_be_made(path: Path, error: OSError | sqlite3.Error) -> HDDError:
    """The error for a run whose directory cannot be made or written."""
    why = getattr(error, "strerror", None) or str(error)
    return StorageError(f"The directory {path} cannot be made ({why}): give another directory for the run.")


@contextmanager
def made_whole(out: Path) -> Generator[Path]:
    """Yields a directory to make a run in, which is to be closed there; at the end of the context it is moved to `out`.

    So nobody takes half of it for a run, however the context ends.

    Raises:
        HDDError: `out` is in use, or something cannot be read or written within the context. Nothing is left then.
    """
    check_free(out)
    was_there, place = out.exists(), out / _UNFINISHED
    try:
        place.mkdir(parents=True)
    except OSError as error:
        raise cannot_be_made(out, error) from None
    try:
        yield place
        # The database is what makes a directory a run.
        for each in sorted(place.iterdir(), key=lambda each: each.name == RUN_DATABASE):
            each.rename(out / each.name)
        place.rmdir()
    except BaseException as error:
        shutil.rmtree(out, ignore_errors=True)
        if was_there:
            out.mkdir(exist_ok=True)
        if isinstance(error, (OSError, sqlite3.Error)):
            raise StorageError(f"The run {out} was not made: {error}.") from None
        raise


def check_name(name: str) -> None:
    """Checks that a run's directory can be called `name`.

    Raises:
        HDDError: the name is empty or too long, or would lead out of the folder.
    """
    if not re.fullmatch(r"[^/\\\0]{1,100}", name) or name.startswith(".") or name != name.strip():
        raise InvalidInputError(
            f"{name!r} cannot name a run: use up to 100 characters, no / or \\, and no dot at the start."
        )
