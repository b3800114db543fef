"""Files that appear as a whole: no reader sees a part of one, and a killed writer leaves none in place.

And files of others, of which only regular ones are read.
"""

import errno
import os
import stat
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


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
