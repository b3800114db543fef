"""Settings that a computing process needs before it loads torch."""

import ctypes
import os
import sys
from collections.abc import Callable

from hdd.cores import usable_cores

_M_TRIM_THRESHOLD = -1
_M_MMAP_MAX = -4

BACKGROUND_NICENESS = 10
SPINS = "10000"


def tune(background: bool = False) -> None:
    """Makes this process fast, or makes it give way to one that should be. Call it before torch is imported.

    glibc is told to keep freed blocks for reuse and not to return them to the kernel (mallopt(3); this has no effect
    with another C library). Otherwise feature maps of tens of megabytes are mapped, zeroed and unmapped in every layer,
    which can cost more than the convolutions themselves.

    In GNU's OpenMP, threads that wait for each other spin for a millisecond. If anything else runs on the machine, such
    as a browser, they may occupy the very core that the awaited thread needs. A shorter spin costs nothing when the
    process is alone.

    Args:
        background: give way to an engine on the same cores. The process gets a lower priority, and its threads sleep
            while they wait for each other (OMP_WAIT_POLICY of the OpenMP standard, unless it is set already), which
            makes the process slower when it is alone.
    """
    if usable_cores() < (os.cpu_count() or 1):
        # Libraries count the cores of the machine, not those that a container may use.
        os.environ.setdefault("OMP_NUM_THREADS", str(usable_cores()))
    if background:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        if hasattr(os, "nice"):
            os.nice(BACKGROUND_NICENESS)
    else:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def release_memory() -> None:
    """Returns freed blocks to the kernel, which does not happen by itself after `tune`."""
    malloc_trim = _glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _glibc(name: str) -> Callable | None:
    """A function of the GNU C library; None if this is another library."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
