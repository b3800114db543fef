"""Runs everything that the views of a notebook do in one thread."""

import asyncio
import heapq
import threading
import time
from collections.abc import Callable
from contextlib import suppress


class MainThreadQueue:
    """A queue of calls for the kernel's main thread; for the sessions of a notebook it replaces the document.

    The thread makes the calls between cells, and during a cell that runs `workbench.notebook.wait`. While a cell runs,
    JupyterLab handles messages in other threads. If views were updated there, two updates could get mixed up on their
    way to the browser.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self) -> None:
        """Uses the event loop of the calling thread; without a loop, calls are only made by `wait`."""
        with suppress(RuntimeError):
            self._loop = asyncio.get_running_loop()

    def add_next_tick_callback(self, callback: Callable[[], None]) -> None:
        """As of a document; from any thread."""
        self.add_timeout_callback(callback, 0)

    def add_timeout_callback(self, callback: Callable[[], None], milliseconds: int) -> None:
        """As of a document; from any thread."""
        with self._lock:
            self._count += 1
            heapq.heappush(self._waiting, (time.monotonic() + milliseconds / 1000, self._count, callback))
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.call_later, milliseconds / 1000, self.work)

    def work(self) -> None:
        """Makes all calls that are due."""
        while True:
            with self._lock:
                if not self._waiting or self._waiting[0][0] > time.monotonic():
                    return
                _, _, callback = heapq.heappop(self._waiting)
            callback()


main_thread = MainThreadQueue()
"""The queue of this kernel."""
