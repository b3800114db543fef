"""Shares the server's event loop among its sessions: their frames take turns, so that it has time to answer others."""

SHARE = 0.5
"""How much of the event loop's time frames may take."""
SMOOTHING = 0.1
"""The weight of the newest frame in what a frame is expected to take."""


class Turns:
    """Says when the next frame of any session may be sent; only for the thread of the event loop.

    Times are in seconds, of any clock that never goes back.

    Attributes:
        rested: when the event loop has had as much time for others as the last frame took. After something else has
            held it up, the turns of several sessions have come, and their frames must not follow one another at once.
    """

    def __init__(self) -> None:
        self._free = 0.0
        self._cost = 0.0
        self.rested = 0.0

    def take(self, now: float) -> float:
        """The time from which the frame of the session that asks may be sent; no other session gets the same."""
        turn = max(now, self._free)
        self._free = turn + self._cost / SHARE
        return turn

    def spent(self, now: float, seconds: float) -> None:
        """Tells how long it took to send a frame, up to now."""
        self._cost += SMOOTHING * (seconds - self._cost)
        self.rested = now + seconds * (1 / SHARE - 1)


turns = Turns()
"""Of this process, for all of its sessions."""
