"""How much memory this process may still take, so that what would take more is refused before it is begun."""

import math
from pathlib import Path, PurePosixPath

from hdd.cores import CGROUPS, OWN_CGROUP
from hdd.errors import OutOfMemoryError

MEMORY = Path("/proc/meminfo")
_FILES = (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))


def available() -> float:
    """Bytes that may still be taken, by what the system has left and by the limit of the control group.

    Infinity where neither is known, as on systems other than Linux.
    """
    try:
        lines = [line.split() for line in MEMORY.read_text().splitlines()]
        free = next(int(words[1]) * 1024 for words in lines if words[0] == "MemAvailable:")
    except (OSError, ValueError, IndexError, StopIteration):
        free = math.inf
    return min(free, _left_of_group())


def _left_of_group() -> float:
    """What the limits of the control groups leave, infinity without a limit."""
    try:
        names = [line.split(":", 2)[2] for line in OWN_CGROUP.read_text().splitlines() if line.startswith("0:")]
    except (OSError, IndexError):
        names = []
    left = [math.inf]
    for name in names or ["/"]:
        group = PurePosixPath(name.lstrip("/"))
        # A limit of any group above holds too. In a container the names are often those outside of it.
        for each in (group, *group.parents):
            left += [_left(CGROUPS / each, limit, used) for limit, used in _FILES]
    return max(0, min(left))


def _left(folder: Path, limit: str, used: str) -> float:
    try:
        taken = int((folder / used).read_text())
        about = [line.split() for line in (folder / used).with_name("memory.stat").read_text().splitlines()]
        # What is kept of files is given back when memory is needed.
        taken -= sum(int(value) for name, value in about if name in ("active_file", "inactive_file"))
        return int((folder / limit).read_text()) - taken
    except (OSError, ValueError):  # There is no such group, or no limit ("max").
        return math.inf


def check_memory(needed: float, what: str, advice: str) -> None:
    """Checks that so many bytes are available.

    Args:
        needed: bytes.
        what: a plural that begins the message: what takes them.
        advice: what to do, the end of the message.

    Raises:
        HDDError: they are not.
    """
    if needed > (left := available()):
        raise OutOfMemoryError(
            f"{what} would take {needed / 2**30:,.1f} GiB of memory, but only {left / 2**30:,.1f} GiB are available: "
            f"{advice}."
        )
