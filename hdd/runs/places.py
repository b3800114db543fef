"""Where a run can be made, and how it can be called."""

import re
import sqlite3
from pathlib import Path

from hdd.errors import HDDError, InUseError, InvalidInputError, StorageError
from hdd.paths import holds_run


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


def check_name(name: str) -> None:
    """Checks that a run's directory can be called `name`.

    Raises:
        HDDError: the name is empty or too long, or would lead out of the folder.
    """
    if not re.fullmatch(r"[^/\\\0]{1,100}", name) or name.startswith(".") or name != name.strip():
        raise InvalidInputError(
            f"{name!r} cannot name a run: use up to 100 characters, no / or \\, and no dot at the start."
        )
