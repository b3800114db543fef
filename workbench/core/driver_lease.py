"""Who may steer a run through this server: one driver, while all others watch."""

import threading


class DriverLease:
    """Held by the one browser tab that may steer a run; safe to use from any thread.

    A browser tab is identified by a key that survives a reload.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._driver: str | None = None

    @property
    def driver(self) -> str | None:
        """The tab that holds the lease, None while it is free."""
        return self._driver

    def take(self, tab: str) -> bool:
        """Takes the lease if it is free; returns whether `tab` holds it now."""
        with self._lock:
            if self._driver is None:
                self._driver = tab
            return self._driver == tab

    def leave(self, tab: str, to: str | None = None) -> None:
        """If `tab` holds the lease, passes it to the tab `to`, or frees it where that is None."""
        with self._lock:
            if self._driver == tab:
                self._driver = to
