"""The database of an existing run: opened to be written where that is possible, and otherwise to be read.

SQLite reads a database with a write-ahead log only where it can also write beside it. Runs on read-only file systems,
of other users, and in snapshots of file systems are read all the same:

- without a log, nobody is writing: SQLite is told so (immutable);
- with a log and its index (`run.db-shm`), SQLite can follow a run that goes on;
- with a log alone, database and log are copied to a temporary folder, and from there to memory.

The first and the last show one moment, so they are opened again when the files have changed.
"""

import errno
import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from hdd.errors import NewerVersionError, StorageError
from hdd.paths import temporary_folder
from hdd.runs.schema import LOCKED_SECONDS, SCHEMA_VERSION, connect, migrate, version_of

COPY_ATTEMPTS = 10
REOPEN_SECONDS = 1.0
REOPEN_SHARE = 0.1
"""A moment is looked at for so long that opening the next one takes at most this share of the time."""

_HEADER = b"SQLite format 3\0"
_LOG_HEADER_BYTES = 32
_PRIMARY = 0xFF
_CANNOT_WRITE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)

Stamp = tuple[tuple[int, int, int] | None, ...]


class RunDatabase:
    """The database of a run.

    Args:
        path: of the file.
        patience: how many seconds to wait at most for another connection's transaction.

    Raises:
        HDDError: it cannot be read, is damaged, is no run's database, or a newer version made it. Nothing is changed
            then.

    Attributes:
        path: as given.
        read_only: why it can only be read, such as "Read-only file system"; "" if it can be written.
    """

    def __init__(self, path: Path, patience: float = LOCKED_SECONDS) -> None:
        self.path = path
        self._patience = patience
        self.read_only = _why_read_only(path)
        self._open()

    @property
    def connection(self) -> sqlite3.Connection:
        """A connection to read with."""
        if self._is_moment and time.monotonic() > self._reopen_at and _stamp(self.path) != self._stamp:
            self._open()
        return self._connection

    @property
    def writer(self) -> sqlite3.Connection:
        """A connection to write with.

        Raises:
            HDDError: the run can only be read here.
        """
        self.check_writable()
        return self._connection

    def check_writable(self) -> None:
        """Checks that the run can be written.

        Raises:
            HDDError: the run can only be read here.
        """
        if self.read_only and not _why_read_only(self.path):
            self.read_only = ""
            self._open()
        if self.read_only:
            run = self.path.parent
            raise StorageError(
                f"{run} can be read here, but not changed ({self.read_only}). To go on from it, fork it to a folder of "
                f"yours: hdd fork {run} --step STEP --out FOLDER."
            )

    def version(self) -> int:
        """A number that changes whenever another connection has written."""
        if self._is_moment:
            return hash((self.connection, self._stamp))
        return self._connection.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def _open(self) -> None:
        started = time.monotonic()
        self._stamp = _stamp(self.path)
        try:
            self._connection, self._is_moment = self._connect()
        except sqlite3.DatabaseError as error:
            raise _cannot_be_opened(self.path, error) from None
        except OSError as error:
            raise StorageError(f"{self.path} cannot be read ({error.strerror or error}).") from None
        now = time.monotonic()
        self._reopen_at = now + max(REOPEN_SECONDS, (now - started) / REOPEN_SHARE)

    def _connect(self) -> tuple[sqlite3.Connection, bool]:
        """A connection, and whether it shows one moment only.

        Raises:
            sqlite3.DatabaseError: it cannot be opened.
            HDDError: it is none that this version reads.
        """
        connection, is_moment = connect(self.path, self._patience), False
        try:
            if not self.read_only:
                version_of(connection)
        except sqlite3.OperationalError as error:
            # A full disk has no room for the index of the log.
            if error.sqlite_errorcode & _PRIMARY not in _CANNOT_WRITE:
                connection.close()
                raise
            self.read_only = str(error)
        if self.read_only:
            connection.close()
            connection, is_moment = self._connect_to_read()
        try:
            version = version_of(connection)
            if version == 0:
                raise StorageError(f"{self.path} is not a run's database. Give the directory of a run.")
            if version > SCHEMA_VERSION:
                raise NewerVersionError(
                    f"{self.path} has schema {version}, but this version of hdd reads only schemas up to "
                    f"{SCHEMA_VERSION}. Upgrade hdd-workbench to open it; nothing was changed."
                )
            if version < SCHEMA_VERSION:
                if self.read_only:
                    connection, is_moment = _in_memory(connection), True
                migrate(connection)
            # A power cut may lose the last steps, but they can be made again from a checkpoint.
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection, is_moment

    def _connect_to_read(self) -> tuple[sqlite3.Connection, bool]:
        if not _log(self.path).exists():
            return connect(_uri(self.path, "immutable=1"), uri=True), True
        connection = connect(_uri(self.path, "mode=ro"), self._patience, uri=True)
        try:
            version_of(connection)
        except sqlite3.OperationalError:
            connection.close()
            return _copied(self.path), True
        return connection, False


def _why_read_only(path: Path) -> str:
    """Why a database cannot be written, or no log can be made beside it; "" if both can be done.

    The file is not opened for that: when a process closes a file, it loses the locks of all its connections to it.
    """
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return ""
    if hasattr(os, "statvfs") and os.statvfs(path).f_flag & os.ST_RDONLY:
        return os.strerror(errno.EROFS)
    return os.strerror(errno.EACCES)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _uri(path: Path, mode: str) -> str:
    return f"{path.resolve().as_uri()}?{mode}"


def _stamp(path: Path) -> Stamp:
    """A value that changes whenever something is written to a database or its log."""
    found: list[tuple[int, int, int] | None] = []
    for file in (path, _log(path)):
        try:
            about = file.stat()
            found.append((about.st_mtime_ns, about.st_size, about.st_ino))
        except OSError:
            found.append(None)
    return tuple(found)


def _copied(path: Path) -> sqlite3.Connection:
    """A database and its log as they are at one moment, in memory."""
    with temporary_folder() as folder:
        copy = Path(folder) / path.name
        for _ in range(COPY_ATTEMPTS):
            before = _moment(path)
            shutil.copyfile(path, copy)
            shutil.copyfile(_log(path), _log(copy))
            # A log only grows until its content moves to the database, and then it begins anew.
            if _moment(path) == before:
                break
        with closing(connect(copy)) as connection:
            return _in_memory(connection)


def _moment(path: Path) -> tuple[object, bytes]:
    with _log(path).open("rb") as log:
        return _stamp(path)[0], log.read(_LOG_HEADER_BYTES)


def _in_memory(connection: sqlite3.Connection) -> sqlite3.Connection:
    copy = connect(":memory:")
    connection.backup(copy)
    return copy


def _cannot_be_opened(path: Path, error: sqlite3.DatabaseError) -> StorageError:
    """The error for a database that SQLite refuses, by its cause."""
    if not os.access(path, os.R_OK):
        return StorageError(f"{path} cannot be read here ({os.strerror(errno.EACCES)}): ask its owner for the right.")
    if isinstance(error, sqlite3.OperationalError):
        return StorageError(f"{path} cannot be opened here ({error}). It is not known to be damaged: try again.")
    with path.open("rb") as file:
        is_database = file.read(len(_HEADER)) == _HEADER
    if not is_database:
        return StorageError(f"{path} is not a run's database. Give the directory of a run.")
    return damaged(path, str(error))


def damaged(path: Path, what: str) -> StorageError:
    """The error for a damaged database; it says which images can still be had."""
    run = path.parent
    kept = {int(each.stem) for name in ("snapshots", "checkpoints") for each in (run / name).glob("[0-9]*.safetensors")}
    left = (
        f" The images of {len(kept)} steps, {min(kept)} to {max(kept)}, are files of their own, in snapshots/ and "
        "checkpoints/."
        if kept
        else ""
    )
    return StorageError(f"{path} is damaged ({what}): restore it from a copy of the run.{left}")
