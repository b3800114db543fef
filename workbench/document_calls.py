"""Calls that a session's document makes, with its lock held and as the current one."""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context
from functools import partial

from bokeh.document import Document


class DocumentCalls:
    """What is to be done on a document; from any thread, and nothing once it is closed.

    Args:
        document: or what stands in for it in a notebook; None until `open`.
    """

    def __init__(self, document: Document | None) -> None:
        self._document = document
        self._waiting: set[Callable[[], None]] = set()

    @property
    def is_closed(self) -> bool:
        """Whether nothing is done: not yet, or not any more."""
        return self._document is None

    def open(self, document: Document) -> None:
        """From now on calls are made on a document that came only with its browser."""
        self._document = document

    def close(self) -> None:
        """Forgets the document."""
        self._document = None

    def next(self, action: Callable[[], None]) -> None:
        """Calls `action` as soon as may be."""
        document = self._document
        if document is not None:
            # Within another session's callback, the action must not inherit that one's current document.
            Context().run(document.add_next_tick_callback, action)

    def later(self, action: Callable[[], None], milliseconds: int) -> None:
        """Calls `action` after some time; from the document's own thread."""
        if self._document is not None:
            self._document.add_timeout_callback(action, milliseconds)

    def soon(self, action: Callable[[], None], seconds: float) -> None:
        """As `later`, unless the action is waited for already."""
        if action not in self._waiting:
            self._waiting.add(action)
            self.later(partial(self._due, action), int(1000 * seconds))

    def _due(self, action: Callable[[], None]) -> None:
        self._waiting.discard(action)
        action()

    def when_done(self, answer: Future, action: Callable[[Future], None]) -> None:
        """Calls `action` with an answer: at once if it is there."""
        if answer.done():
            action(answer)
        else:
            answer.add_done_callback(lambda done: self.next(partial(action, done)))
