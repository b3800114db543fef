"""Shares the server's event loop among its sessions: what takes long is done in turns, so that it can answer others."""

import asyncio

SHARE = 0.5
"""How much of the event loop's time frames may take."""
SMOOTHING = 0.1
"""The weight of the newest frame in what a frame is expected to take."""
ROUND_SECONDS = 0.001
"""How long something waits that must not be done in this round of the event loop."""


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
        self._crowded: asyncio.AbstractEventLoop | None = None
        self.rested = 0.0

    def take(self, now: float) -> float:
        """The time from which the frame of the session that asks may be sent; no other session gets the same."""
        turn = max(now, self._free)
        self._free = turn + self._cost / SHARE
        return turn

    @property
    def is_crowded(self) -> bool:
        """Whether something that took long has been done in this round of the event loop.

        If more that takes long were done before the next round, whoever waits for the loop would wait for all of it.
        """
        return self._crowded is not None and self._crowded is _running_loop()

    def worked(self) -> None:
        """Tells that something that took long has been done in this round of the event loop, if there is one."""
        loop = _running_loop()
        if loop is not None:
            self._crowded = loop
            loop.call_soon(self._next_round)

    def _next_round(self) -> None:
        self._crowded = None

    def spent(self, now: float, seconds: float) -> None:
        """Tells how long it took to send a frame, up to now."""
        self.worked()
        self._cost += SMOOTHING * (seconds - self._cost)
        self.rested = now + seconds * (1 / SHARE - 1)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


turns = Turns()
"""Of this process, for all of its sessions."""
