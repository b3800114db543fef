"""Loaded by the interpreter of an engine: a clock that somebody sets, and a disk that is slow to confirm.

CHAOS_CLOCK and CHAOS_FLUSH name files whose content can change at any time: the seconds by which the clock is off, and
the seconds by which each flush to the disk takes longer.
"""

import os
import time
from pathlib import Path

if (off := os.environ.get("CHAOS_CLOCK")) and (late := os.environ.get("CHAOS_FLUSH")):
    clock, flush = time.time, os.fsync

    def slow_flush(file):
        time.sleep(float(Path(late).read_text() or 0))
        flush(file)

    time.time = lambda: clock() + float(Path(off).read_text() or 0)
    os.fsync = slow_flush
