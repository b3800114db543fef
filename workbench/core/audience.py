"""Sessions that look at the same source, and the browser tabs that they are in."""

import threading
from collections.abc import Callable


class Audience:
    """Who is told of news; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[object, tuple[str, Callable[[], None]]] = {}

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def sessions(self) -> list[object]:
        """Those that have joined and not left."""
        return list(self._sessions)

    def join(self, session: object, tab: str, wake: Callable[[], None]) -> None:
        """Adds a session of a tab, "" if that is not known yet; once it is, the session joins again."""
        with self._lock:
            self._sessions[session] = (tab, wake)

    def leave(self, session: object) -> str | None:
        """Removes a session; returns its tab if that looks on no more."""
        with self._lock:
            tab, _ = self._sessions.pop(session, ("", None))
        return tab if tab and tab not in self.tabs() else None

    def tabs(self) -> list[str]:
        """Browser tabs that look on, in order of their coming; those that load their page are not yet there."""
        return list(dict.fromkeys(tab for tab, _ in list(self._sessions.values()) if tab))

    def wake(self) -> None:
        """Tells every session to look again."""
        for _, wake in list(self._sessions.values()):
            wake()
