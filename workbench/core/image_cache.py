"""Keeps the images of the steps that were read last, so that moving along the timeline reads each of them once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from hdd.errors import HDDError
from workbench.core.source import StepImages

STEPS_KEPT = 24


class ImageCache:
    """The images that were read last, and those of step 0; safe to use from any thread.

    Args:
        read: returns the images of a kept step.
        arrived: called, from any thread, when images that were requested have been read, or cannot be.

    Attributes:
        problem: why the images that were asked for last cannot be read; None if they can.
    """

    def __init__(self, read: Callable[[int], "Future[StepImages]"], arrived: Callable[[], None]) -> None:
        self._read = read
        self._arrived = arrived
        self._lock = threading.Lock()
        self._images: dict[int, StepImages] = {}
        self._asked: dict[int, Future[StepImages]] = {}
        self._rewinds = 0
        self.problem: str | None = None

    def follow(self, rewinds: int) -> None:
        """Forgets all images if the run has been rewound, because its steps may have other images afterwards."""
        with self._lock:
            if rewinds != self._rewinds:
                self._rewinds = rewinds
                self._forget()

    def forget(self) -> None:
        """Forgets all images."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._images.clear()
        self._asked.clear()

    def get(self, step: int) -> StepImages | None:
        """The images of a kept step; None until they are read, or if they have been removed meanwhile."""
        with self._lock:
            if step in self._images or step in self._asked:
                return self._images.get(step)
            answer = self._asked[step] = self._read(step)
            at_once = answer.done()
        # This may call `_take` at once, so the lock must be free.
        answer.add_done_callback(partial(self._take, step, at_once))
        return self._images.get(step)

    def _take(self, step: int, at_once: bool, answer: Future[StepImages]) -> None:
        with self._lock:
            if self._asked.get(step) is not answer:
                return
            del self._asked[step]
            try:
                images = answer.result()
            except (HDDError, OSError) as error:
                images, before, self.problem = None, self.problem, str(error)
                is_known = before == self.problem
            else:
                self.problem, is_known = None, False
            if images is not None and len(self._images) >= STEPS_KEPT:
                del self._images[next(key for key in self._images if key)]
            if images is not None:
                self._images[step] = images
        # A problem is told once: those who hear of it ask for the images again.
        if not at_once and not is_known:
            self._arrived()
