"""When the next frame may go to the browser, and how much of it is due.

Bokeh has no back-pressure: sent blindly, frames queue up in the browser for seconds. So at most one frame is on its
way, and what the run does meanwhile is skipped: the newest wins.
"""

from collections.abc import Hashable
from dataclasses import dataclass

FRAMES_PER_SECOND = 11
FULL_SECONDS = 0.5
UNPAINTED_SECONDS = 5.0
HOLD_SECONDS = 0.25


@dataclass(frozen=True)
class News:
    """What a frame that could be sent now would show.

    Attributes:
        content: another value where it would show something else.
        asked: another value once somebody asked for something, or was answered.
        look: what its disk looks through, None without a disk.
        next_look: what the disk on its way looks through, None if there is none.
        awaited: whether what somebody asked for is about to come.
    """

    content: Hashable
    asked: Hashable
    look: Hashable = None
    next_look: Hashable = None
    awaited: bool = False


class FrameGate:
    """Lets frames out one at a time. Times are in seconds, of any clock that never goes back.

    Args:
        sent: number of the last frame that went before, which counts as painted.

    Attributes:
        sent: number of the newest frame that was let out.
        painted: number of the newest frame that the browser has painted.
        owes_words: whether the newest frame was not a full one.
    """

    def __init__(self, sent: int = 0) -> None:
        self.sent = self.painted = sent
        self.owes_words = False
        self._sent_at = self._full_at = 0.0
        self._held_at: float | None = None
        self._shown: Hashable = None
        self._asked: Hashable = None
        self._look: Hashable = None

    def wait(self, now: float, news: News, listens: bool) -> float | None:
        """Seconds until a frame may go, 0 for now; None until the browser has painted the one on its way.

        Args:
            now: the time.
            news: that would go.
            listens: whether the browser has said that it is there: what is sent before may be dropped, so that then
                no time is long enough.
        """
        if self.sent > self.painted and (not listens or now < self._sent_at + UNPAINTED_SECONDS):
            return None
        answered = news.asked != self._asked or (news.look is not None and news.look != self._look)
        wait = 0.0 if answered else self._sent_at + 1 / FRAMES_PER_SECOND - now
        # A frame before what is awaited would only hold it up.
        if news.awaited or (None not in (news.next_look, self._look) and news.next_look != self._look):
            self._held_at = now if self._held_at is None else self._held_at
            wait = max(wait, self._held_at + HOLD_SECONDS - now)
        else:
            self._held_at = None
        return max(wait, 0.0)

    def admit(self, now: float, news: News) -> bool | None:
        """Lets a frame out.

        Returns:
            Whether it is a full one, with words and curves: they are read, so twice a second will do. None where the
            browser has all of it already, and nothing goes.
        """
        full = news.asked != self._asked or now > self._full_at + FULL_SECONDS
        shown = (news.content, news.asked, full or not self.owes_words)
        if shown == self._shown:
            return None
        self._shown, self._asked, self._look = shown, news.asked, news.look
        self._sent_at = now
        self._full_at = now if full else self._full_at
        self.owes_words = not full
        self.sent += 1
        return full
