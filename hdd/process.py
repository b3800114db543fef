"""What a process that computes should be told before it loads torch."""

import ctypes
import os
import sys
from collections.abc import Callable

_M_TRIM_THRESHOLD = -1
_M_MMAP_MAX = -4

BACKGROUND_NICENESS = 10
SPINS = "10000"


def tune(background: bool = False) -> None:
    """Makes this process quick, or a good neighbour of one that is; call it before torch is imported.

    glibc keeps freed blocks for reuse instead of handing them back to the kernel (mallopt(3); no effect with another C
    library). Feature maps of tens of megabytes are otherwise mapped, zeroed and unmapped in every layer, which can
    cost more than the convolutions themselves.

    GNU's OpenMP lets threads that wait for each other spin for a millisecond, during which they hold the very core that
    the awaited one needs if anything else runs on the machine, a browser say; a shorter spin costs nothing when alone.

    Args:
        background: give way to an engine on the same cores: lower priority, and threads that wait for each other
            sleep instead of spinning (OMP_WAIT_POLICY of the OpenMP standard, unless it is set), which costs this
            process speed when it is alone.
    """
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


def give_memory_back() -> None:
    """Hands freed blocks back to the kernel, which `tune` keeps it from getting by itself."""
    malloc_trim = _glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _glibc(name: str) -> Callable | None:
    """A function of the GNU C library, None where there is none."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
