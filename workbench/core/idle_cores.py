"""How much of this machine nobody uses."""

import threading
import time

import psutil

MEASURED_SECONDS = 1.0


class IdleCores:
    """Measures how many cores were idle, over about a second at a time; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = time.monotonic()
        self._before = psutil.cpu_times().idle
        self._found = float(psutil.cpu_count() or 1)

    def __call__(self) -> float:
        """The number of cores that were idle, on average; all of them before the first measurement."""
        with self._lock:
            now = time.monotonic()
            if now > self._since + MEASURED_SECONDS:
                idle = psutil.cpu_times().idle
                self._found = (idle - self._before) / (now - self._since)
                self._since, self._before = now, idle
            return self._found


idle_cores = IdleCores()
"""Of this machine, for all sessions of the server."""
