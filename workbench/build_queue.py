"""Builds the parts of a page little by little, so that other sessions of the server need not wait for all of them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, zip_longest

from bokeh.document import Document

from workbench.core.turns import ROUND_SECONDS, turns

Build = Callable[[], Iterator[None]]
"""Builds a part in stages, and yields between them, so that other sessions need not wait for all of it."""

BUILT = object()


class BuildQueue:
    """A queue of parts of a page; one stage of one is built whenever the server turns to this session.

    Args:
        document: of the session; None without a server, and then everything is built at once.
        is_loaded: whether a browser shows the page already. Until then only the first part is built. That is done while
            the browser loads its scripts, after which it fetches the models of the page.
    """

    def __init__(self, document: Document | None, is_loaded: bool) -> None:
        self._document = document
        self._is_loaded = is_loaded
        self._waiting: deque[Build] = deque()
        self._stages: Iterator[None] | None = None
        self._is_scheduled = False

    def extend(self, builds: Iterable[Build]) -> None:
        """Adds parts to the end of the queue."""
        idle = not self._waiting and self._stages is None and not self._is_scheduled
        self._waiting.extend(builds)
        if idle and self._waiting:
            self._schedule()

    def load(self) -> None:
        """Builds the other parts; to be called once a browser shows the page."""
        self._is_loaded = True
        if self._waiting and not self._is_scheduled:
            self._schedule()

    def close(self) -> None:
        """Empties the queue, so that nothing more is built."""
        self._waiting.clear()
        self._stages = None

    def _schedule(self) -> None:
        self._is_scheduled = True
        if self._document is None:
            self._build_stage()
        else:
            self._document.add_next_tick_callback(self._build)

    def _build(self) -> None:
        if turns.is_crowded and self._document is not None:
            self._document.add_timeout_callback(self._build, int(1000 * ROUND_SECONDS))
        else:
            self._build_stage()
            turns.worked()

    def _build_stage(self) -> None:
        self._is_scheduled = False
        if self._stages is None and self._waiting:
            self._stages = self._waiting.popleft()()
        if self._stages is not None and next(self._stages, BUILT) is BUILT:
            self._stages = None
        if self._stages is not None or (self._waiting and self._is_loaded):
            self._schedule()


def alternate(*builds: Iterable[Build]) -> Iterator[Build]:
    """Yields the first item of each iterable, then the second of each, and so on."""
    rounds = zip_longest(*builds)
    return (build for build in chain.from_iterable(rounds) if build is not None)
