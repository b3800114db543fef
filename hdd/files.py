"""Files that appear as a whole: no reader sees a part of one, and a killed writer leaves none in place.

And files of others: only regular ones are read, and what the system does not let this process read is said.
"""

import errno
import os
import stat
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hdd.errors import StorageError

OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)
"""Errors that say nothing of the disk: this process, or the machine, may not open one more file."""

MORE_FILES = "Raise the number of files that a process may open (ulimit -n)"
"""What to do about them, as the beginning of a sentence."""

_FORBIDDEN = (errno.EACCES, errno.EPERM)


def cannot_be_read(path: Path, error: OSError) -> StorageError:
    """The error for a file or folder that is there, but that the system does not let this process read."""
    remedy = (
        "Ask its owner for the right to read it" if error.errno in _FORBIDDEN
        else MORE_FILES if error.errno in OUT_OF_FILES
        else "See whether the disk is failing"
    )  # fmt: skip
    return StorageError(f"{path} cannot be read ({error.strerror or error}). {remedy}.")


@contextmanager
def replace_file(path: Path, durable: bool = False) -> Generator[Path]:
    """Yields the path to write to; what is written there replaces `path` at the end of the context.

    Args:
        path: the file; its folder is made if only that is missing.
        durable: whether the file must survive a power cut.

    Raises:
        OSError: there is no space, or the folder cannot be written. No partial file is left.
    """
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}.partial")
    try:
        yield partial
        if durable:
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_regular(path: str | Path) -> bytes:
    """The content of a regular file. A pipe would be waited for, and a device may never end.

    Raises:
        OSError: it is none, or cannot be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 (Path takes as long again, for every image)
        raise OSError(errno.EINVAL, "it is no regular file, but a folder, a pipe or a device", str(path))
    return Path(path).read_bytes()
