"""Decides when the next frame may be sent to the browser, and whether it is a full one.

Bokeh has no back-pressure: frames that are sent without waiting queue up in the browser for seconds. So only one frame
is on its way at a time, and states of the run that the browser has no time for are skipped: the newest wins.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from workbench.core.turns import ROUND_SECONDS, Turns

FRAMES_PER_SECOND = 11
LEAST_FRAMES_PER_SECOND = 2
SPARE_CORES = 0.5
"""While less than this is idle on the machine, frames come more rarely, so that an engine there need not wait."""
FULL_SECONDS = 0.5
"""How far apart full frames are while the machine is idle: nobody reads texts and curves faster."""
LONGEST_FULL_SECONDS = 1.5
"""How far apart they are at most, so that texts are not far behind the images."""
UNPAINTED_SECONDS = 5.0
"""How long a frame that was sent may remain unpainted before the next one is sent; each further one twice as long.

What is sent to a browser that reads nothing is kept by the server, so it must not be much.
"""
HOLD_SECONDS = 0.25


@dataclass(frozen=True)
class News:
    """What a frame would show if it were sent now.

    Attributes:
        content: changes whenever the frame would show something else.
        asked: changes whenever a user asks for something, or is answered.
        look: how the frame's disk shows images, None if there is no disk.
        next_look: how the requested disk will show images, None if none is requested.
        awaited: whether something that the user asked for is about to arrive.
    """

    content: Hashable
    asked: Hashable
    look: Hashable = None
    next_look: Hashable = None
    awaited: bool = False


class FrameGate:
    """Lets frames pass one at a time. Times are in seconds, of any clock that never goes back.

    Args:
        sent: number of the last frame that was sent before this gate was made; it counts as painted.
        turns: of the server's sessions; None if there is only this one.

    Attributes:
        sent: number of the newest frame that was sent.
        painted: number of the newest frame that the browser has painted.
        owes_words: whether the newest frame was not a full one, so that its texts are still to be sent.
    """

    def __init__(self, sent: int = 0, turns: Turns | None = None) -> None:
        self.sent = self.painted = sent
        self.owes_words = False
        self._sent_at = self._full_at = 0.0
        self._stretch = 1.0
        self._turns = turns or Turns()
        self._turn: float | None = None
        self._held_at: float | None = None
        self._shown: Hashable = None
        self._asked: Hashable = None
        self._look: Hashable = None

    def wait(self, now: float, news: News, listens: bool) -> float | None:
        """How long the next frame must wait. Only answers to what a user has asked for need not wait for their turn.

        Even an answer is not sent in a round of the event loop in which something else took long.

        Args:
            now: the time.
            news: what the frame would show.
            listens: whether the browser has said that it listens. A frame that was sent earlier may have been dropped,
                so without this the next one waits for the browser however long that takes.

        Returns:
            Seconds, 0 if the frame may be sent now; None until the browser has painted the frame that is on its way.
        """
        unpainted = self.sent - self.painted
        if unpainted > 0 and (not listens or now < self._sent_at + UNPAINTED_SECONDS * 2 ** min(unpainted - 1, 20)):
            return None
        answered = news.asked != self._asked or (news.look is not None and news.look != self._look)
        wait = 0.0 if answered else self._sent_at + self._stretch / FRAMES_PER_SECOND - now
        if wait <= 0 and not answered:
            self._turn = self._turns.take(now) if self._turn is None else self._turn
            wait = max(self._turn, self._turns.rested) - now
        # A frame that is sent now would only delay what the user is waiting for.
        if news.awaited or (None not in (news.next_look, self._look) and news.next_look != self._look):
            self._held_at = now if self._held_at is None else self._held_at
            wait = max(wait, self._held_at + HOLD_SECONDS - now)
        else:
            self._held_at = None
        return max(wait, ROUND_SECONDS if self._turns.is_crowded else 0.0)

    @property
    def full_seconds(self) -> float:
        """How far apart full frames are now. They take the most time, so while the machine is busy they are rarer."""
        return min(FULL_SECONDS * self._stretch, LONGEST_FULL_SECONDS)

    def make_room(self, idle_cores: float) -> None:
        """Has frames come more rarely while the machine is busy, and as often as before once it no longer is.

        Answers to what a user does never wait for this. Call it with each full frame.
        """
        self._stretch *= 1.25 if idle_cores < SPARE_CORES else 0.9
        self._stretch = min(max(self._stretch, 1.0), FRAMES_PER_SECOND / LEAST_FRAMES_PER_SECOND)

    def admit(self, now: float, news: News) -> bool | None:
        """Lets a frame pass.

        Returns:
            Whether it is a full one, with texts and curves.
            None if the browser has all of it already, so that nothing is to be sent.
        """
        self._turn = None
        full = news.asked != self._asked or now > self._full_at + self.full_seconds
        shown = (news.content, news.asked)
        if shown == self._shown and not (full and self.owes_words):
            return None
        self._shown, self._asked, self._look = shown, news.asked, news.look
        self._sent_at = now
        self._full_at = now if full else self._full_at
        self.owes_words = not full
        self.sent += 1
        return full
