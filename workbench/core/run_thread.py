"""A thread that reads and writes a run's directory for callers that must not wait for storage."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from hdd.errors import HDDError
from hdd.runs.run import Run

Answer = TypeVar("Answer")

PATIENCE_SECONDS = 2.0
"""How long a function waits for another process that has locked the run's database."""


class RunThread:
    """Calls functions of a run in order, on a database connection of its own; safe to use from any thread.

    Args:
        path: directory of the run.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._run: Run | None = None

    def ask(self, function: Callable[[Run], Answer]) -> "Future[Answer]":
        """The result of a function of the run; the future raises what the function raises."""
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"run {self._path.name}")
            return self._pool.submit(self._call, function)

    def close(self) -> None:
        """Ends the thread after the functions that it was given; a later call of `ask` starts a new one."""
        with self._lock:
            if self._pool is not None:
                self._pool.submit(self._disconnect)
                self._pool.shutdown(wait=False)
                self._pool = None

    def _call(self, function: Callable[[Run], Answer]) -> Answer:
        if self._run is None:
            self._run = Run(self._path, patience=PATIENCE_SECONDS)
        try:
            return function(self._run)
        except sqlite3.OperationalError as error:
            raise HDDError(f"{self._path} cannot be read or written at the moment ({error}): try again.") from None

    def _disconnect(self) -> None:
        if self._run is not None:
            self._run.close()
            self._run = None
