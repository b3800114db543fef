"""Loaded by the interpreter of an engine: a clock that somebody sets, and a disk that is slow to confirm.

CHAOS_CLOCK names a file with the seconds by which the clock is off; they can change at any time, as when a clock is set.
CHAOS_FSYNC is by how many seconds each flush to the disk takes longer.
"""

import os
import time
from pathlib import Path

if name := os.environ.get("CHAOS_CLOCK"):
    real, off = time.time, Path(name)
    time.time = lambda: real() + float(off.read_text() or 0)

if delay := os.environ.get("CHAOS_FSYNC"):
    flush = os.fsync

    def slow_flush(file):
        time.sleep(float(delay))
        flush(file)

    os.fsync = slow_flush
