"""Turns errors of the disk on which a run lies into messages."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from hdd.errors import StorageError
from hdd.runs.run import Run


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
            f"Cannot write to {run.path} ({error}). Free some space there, then resume with `hdd resume {run.path}`: "
            "everything up to the last checkpoint is kept."
        ) from None
