"""Shares the answers to requests that several sessions make, so that each is computed once."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

ANSWERS_KEPT = 16


class SharedAnswers:
    """The newest answers, found by their question; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}

    def share(self, question: Hashable, ask: Callable[[], Future[Any]]) -> Future[Any]:
        """The answer to a question. `ask` is called only if there is no answer yet, or if the last one failed."""
        with self._lock:
            answer = self._answers.pop(question, None)
            if answer is None or (answer.done() and (answer.cancelled() or answer.exception() is not None)):
                answer = ask()
            self._answers[question] = answer
            while len(self._answers) > ANSWERS_KEPT:
                del self._answers[next(iter(self._answers))]
        return answer

    def clear(self) -> None:
        """Forgets all answers."""
        with self._lock:
            self._answers.clear()
