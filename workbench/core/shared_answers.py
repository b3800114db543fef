"""What several sessions ask of the projector is asked once."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

ANSWERS_KEPT = 16


class SharedAnswers:
    """The newest answers, by question; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[Hashable, Future[Any]] = {}

    def share(self, question: Hashable, ask: Callable[[], Future[Any]]) -> Future[Any]:
        """The answer to a question; what failed is asked again."""
        with self._lock:
            answer = self._answers.pop(question, None)
            if answer is None or (answer.done() and (answer.cancelled() or answer.exception() is not None)):
                answer = ask()
            self._answers[question] = answer
            while len(self._answers) > ANSWERS_KEPT:
                del self._answers[next(iter(self._answers))]
        return answer

    def clear(self) -> None:
        """Forgets them all."""
        with self._lock:
            self._answers.clear()
