"""Tells whether a file was written since the last look at it."""

from pathlib import Path


def file_stamp(path: Path) -> tuple[int, int, int] | None:
    """A value that changes when a file is written or replaced; None without a file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def database_stamp(path: Path) -> object:
    """A value that changes when a database, or the journal beside it, is written."""
    return tuple(file_stamp(path.with_name(path.name + ending)) for ending in ("", "-wal"))
