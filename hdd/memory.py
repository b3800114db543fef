"""Process-wide memory behaviour of engine processes."""

import ctypes
import sys

_M_TRIM_THRESHOLD = -1
_M_MMAP_MAX = -4


def keep_freed_memory() -> None:
    """Lets glibc keep freed blocks for reuse instead of handing them back to the kernel.

    Feature maps of tens of megabytes are otherwise mapped, zeroed and unmapped in every layer, which can cost
    more than the convolutions themselves. Does nothing where the C library is not glibc.
    See mallopt(3).
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_MAX, 0)
            mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
