"""Shares the answers to requests that several sessions make, so that each is computed once."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from functools import partial
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
            asked = answer is None
            if answer is None:
                answer = ask()
            self._answers[question] = answer
            while len(self._answers) > ANSWERS_KEPT:
                del self._answers[next(iter(self._answers))]
        if asked:
            answer.add_done_callback(partial(self._keep, question))
        return answer

    def _keep(self, question: Hashable, answer: Future[Any]) -> None:
        """Keeps what was answered, and nothing of what failed."""
        with self._lock:
            if self._answers.get(question) is not answer:
                return
            if answer.cancelled() or answer.exception() is not None:
                del self._answers[question]
                return
            # A future refers to its callbacks for as long as it lives, and they to sessions that may have ended.
            kept: Future[Any] = Future()
            kept.set_result(answer.result())
            self._answers[question] = kept

    def clear(self) -> None:
        """Forgets all answers."""
        with self._lock:
            self._answers.clear()
