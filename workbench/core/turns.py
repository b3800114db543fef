"""Shares the server's event loop among its sessions: their frames take turns, so that it has time to answer others."""

SHARE = 0.5
"""How much of the event loop's time frames may take."""
SMOOTHING = 0.1
"""The weight of the newest frame in what a frame is expected to take."""


class Turns:
    """Says when the next frame of any session may be sent; only for the thread of the event loop.

    Times are in seconds, of any clock that never goes back.
    """

    def __init__(self) -> None:
        self._free = 0.0
        self._cost = 0.0

    def take(self, now: float) -> float:
        """The time from which the frame of the session that asks may be sent; no other session gets the same."""
        turn = max(now, self._free)
        self._free = turn + self._cost / SHARE
        return turn

    def spent(self, seconds: float) -> None:
        """Tells how long it took to send a frame."""
        self._cost += SMOOTHING * (seconds - self._cost)


turns = Turns()
"""Of this process, for all of its sessions."""
