"""Turns errors of the disk on which a run lies into messages."""

import errno
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from hdd.errors import StorageError
from hdd.files import MORE_FILES, OUT_OF_FILES
from hdd.runs.run import Run
from hdd.runs.schema import LOCKED_SECONDS

_PRIMARY = 0xFF
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def explain_storage_errors(run: Run) -> Generator[None]:
    """Turns the errors of a full or failing disk, or of a directory that is gone, into one message.

    Raises:
        HDDError: in place of OSError and sqlite3.OperationalError.
    """
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if not run.exists():
            raise StorageError(f"{run.path} was removed while its engine ran: the engine stops.") from None
        raise StorageError(
            f"Cannot write to {run.path} ({error}). {_remedy(error)}, then resume with `hdd resume {run.path}`: "
            "everything up to the last checkpoint is kept."
        ) from None


def _remedy(error: OSError | sqlite3.OperationalError) -> str:
    """What to do about an error, as the beginning of a sentence."""
    if _is_out_of_files(error):
        return MORE_FILES
    if isinstance(error, OSError):
        is_full, is_forbidden, is_locked = error.errno in _FULL, error.errno in _FORBIDDEN, False
    else:
        # Errors of Python's own have no code.
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
        is_full, is_forbidden = code == sqlite3.SQLITE_FULL, code == sqlite3.SQLITE_READONLY
        is_locked = code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    if is_locked:
        return f"Another process has kept the database locked for {LOCKED_SECONDS:.0f} s: end it"
    if is_full:
        return "Free some space there"
    if is_forbidden:
        return "Make the folder writable again"
    return "See whether the disk is full or failing"


def _is_out_of_files(error: OSError | sqlite3.OperationalError) -> bool:
    """Whether the process may not open one more file."""
    if isinstance(error, OSError):
        return error.errno in OUT_OF_FILES
    if getattr(error, "sqlite_errorcode", 0) & _PRIMARY != sqlite3.SQLITE_CANTOPEN:
        return False
    # SQLite does not say why it could not open a file.
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as tried:
        return tried.errno in OUT_OF_FILES
    return False
