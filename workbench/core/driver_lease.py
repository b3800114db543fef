"""Who may steer a run through this server: one driver, everyone else looks on."""

import threading


class DriverLease:
    """What the one tab has that steers a run; safe to use from any thread.

    A browser tab is known by a key of its own that outlives a reload.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._driver: str | None = None

    @property
    def driver(self) -> str | None:
        """The tab that drives, None while nobody does."""
        return self._driver

    def take(self, tab: str) -> bool:
        """Takes the lease if it is free; returns whether `tab` drives."""
        with self._lock:
            if self._driver is None:
                self._driver = tab
            return self._driver == tab

    def leave(self, tab: str, to: str | None = None) -> None:
        """Frees the lease, or passes it to the tab `to`, if `tab` has it."""
        with self._lock:
            if self._driver == tab:
                self._driver = to
