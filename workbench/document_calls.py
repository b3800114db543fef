"""Calls functions on a session's document: with its lock held, and while it is the current document."""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context
from functools import partial
from typing import Protocol


class Caller(Protocol):
    """Makes calls in one thread: a document, or in a notebook what replaces it."""

    def add_next_tick_callback(self, callback: Callable[[], None], /) -> object:
        """Calls `callback` as soon as possible; from any thread."""
        ...

    def add_timeout_callback(self, callback: Callable[[], None], milliseconds: int, /) -> object:
        """Calls `callback` after some time."""
        ...


class DocumentCalls:
    """Schedules calls on a document, from any thread; once it is closed, nothing is called any more.

    Args:
        document: the document, or in a notebook what replaces it; None until `open` is called.
    """

    def __init__(self, document: Caller | None) -> None:
        self._document = document
        self._waiting: set[Callable[[], None]] = set()

    @property
    def document(self) -> Caller | None:
        """The document, None if there is none."""
        return self._document

    @property
    def is_closed(self) -> bool:
        """Whether there is no document: before `open`, or after `close`."""
        return self._document is None

    def open(self, document: Caller) -> None:
        """Sets a document that exists only since a browser shows it; from now on calls are made on it."""
        self._document = document

    def close(self) -> None:
        """Forgets the document."""
        self._document = None

    def next(self, action: Callable[[], None]) -> None:
        """Calls `action` as soon as possible."""
        document = self._document
        if document is not None:
            # If this is called in a callback of another session, the action must not inherit that session's current
            # document.
            try:
                Context().run(document.add_next_tick_callback, action)
            except AttributeError:
                # When a session ends, Bokeh takes its document apart before it calls what was to be called at the end.
                self.close()

    def later(self, action: Callable[[], None], milliseconds: int) -> None:
        """Calls `action` after some time; only for the thread of the document."""
        if self._document is not None:
            self._document.add_timeout_callback(action, milliseconds)

    def soon(self, action: Callable[[], None], seconds: float) -> None:
        """As `later`, unless the same action is scheduled already."""
        if action not in self._waiting:
            self._waiting.add(action)
            self.later(partial(self._due, action), int(1000 * seconds))

    def _due(self, action: Callable[[], None]) -> None:
        self._waiting.discard(action)
        action()

    def when_done(self, answer: Future, action: Callable[[Future], None]) -> None:
        """Calls `action` with the answer once it is done; immediately if it is done already."""
        if answer.done():
            action(answer)
        else:
            answer.add_done_callback(lambda done: self.next(partial(action, done)))
