"""The sessions that show the same source, and the browser tabs that they belong to."""

import threading
from collections.abc import Callable


class Audience:
    """The sessions that are woken when their source changes; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[object, tuple[str, Callable[[], None]]] = {}

    def __len__(self) -> int:
        """The number of sessions."""
        return len(self._sessions)

    def sessions(self) -> list[object]:
        """The sessions that have joined and not left."""
        return list(self._sessions)

    def join(self, session: object, tab: str, wake: Callable[[], None]) -> None:
        """Adds a session.

        Args:
            session: to add; joining again replaces its tab.
            tab: key of its browser tab, "" while that is not known; the session joins again once it is.
            wake: called by `wake`.
        """
        with self._lock:
            self._sessions[session] = (tab, wake)

    def leave(self, session: object) -> str | None:
        """Removes a session; returns its tab if no other session of that tab is left, otherwise None."""
        with self._lock:
            tab, _ = self._sessions.pop(session, ("", None))
        return tab if tab and tab not in self.tabs() else None

    def tabs(self) -> list[str]:
        """The browser tabs of all sessions, in the order in which they joined, without those that are still loading."""
        return list(dict.fromkeys(tab for tab, _ in list(self._sessions.values()) if tab))

    def who_is(self, tab: str) -> str:
        """Who looks at the source in a browser tab, in words; "" if that is not known."""
        found = [getattr(session, "who", "") for session, (each, _) in list(self._sessions.items()) if each == tab]
        return next(filter(None, found), "")

    def wake(self) -> None:
        """Wakes every session, so that it reads the state again."""
        for _, wake in list(self._sessions.values()):
            wake()
