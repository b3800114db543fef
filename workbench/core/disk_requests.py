"""Which disk to ask the projector for: one at a time, shared by all sessions that want the same."""

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np

from hdd.projection import Geometry, Projection, Pruning
from workbench.core import projector
from workbench.core.projector import Answer, Sample
from workbench.core.source import Source

RETRY_SECONDS = 5.0
NO_REAL_IMAGES = "no real images are known to look at beside these. Name the data set that they were distilled from."


class Projecting(Protocol):
    """What computes disks; see `workbench.core.projector.Projector`."""

    def live(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of a function, soon."""
        ...

    def study(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of a function that may take seconds."""
        ...

    def progress(self, name: str) -> str:
        """How far "live" or "study" is with images that it goes through, in words; "" if it is not."""
        ...


@dataclass(frozen=True)
class Look:
    """What a disk looks through, apart from the images.

    Attributes:
        geometry: under which features are points, as it was asked for.
        view: a key of `hdd.projection.VIEWS`.
        pruning: of the real images.
        rewinds: of the run so far, since after one a step may have other images.
    """

    geometry: Geometry
    view: str
    pruning: Pruning
    rewinds: int


@dataclass(frozen=True)
class DiskRequest:
    """A disk that is wanted: the images of a step, and what to look at them through."""

    step: int
    look: Look


@dataclass(frozen=True, eq=False)
class DrawnDisk:
    """A drawing and what it was made from.

    Attributes:
        request: that it answers.
        geometry: under which features are points, with the scale that was measured.
        projection: the points.
        kept: (N,) bool, real points that pruning keeps.
    """

    request: DiskRequest
    geometry: Geometry
    projection: Projection
    kept: np.ndarray

    @property
    def step(self) -> int:
        """Of the images."""
        return self.request.step

    @property
    def view(self) -> str:
        """A key of `hdd.projection.VIEWS`."""
        return self.projection.view


class DiskRequests:
    """Asks for disks, and holds the newest.

    Args:
        source: whose images are drawn.
        projecting: computes.
        answered: called, from any thread, when there is something new.
        clock: gives the time in seconds.

    Attributes:
        disk: the newest, None before the first.
        problem: why there is none, None if nothing is wrong.
        sample: real images that are drawn, None until they are known.
        asked: the request on its way, None if there is none.
    """

    def __init__(
        self,
        source: Source,
        projecting: Projecting,
        answered: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.disk: DrawnDisk | None = None
        self.problem: str | None = NO_REAL_IMAGES if source.viewing is None else None
        self.sample: Sample | None = None
        self.asked: DiskRequest | None = None
        self._source = source
        self._projecting = projecting
        self._answered = answered
        self._clock = clock
        self._retry_at = 0.0

    def ask(self, request: DiskRequest, images: np.ndarray) -> None:
        """Asks for a disk, unless it is here, or another one is on its way.

        Args:
            request: what is wanted.
            images: of its step.
        """
        source = self._source
        if source.viewing is None or self.asked is not None or (self.disk and self.disk.request == request):
            return
        if self._clock() < self._retry_at:
            return
        if self.sample is None:
            asked = source.shared("sample", lambda: self._projecting.live(projector.sample, source.viewing))
            asked.add_done_callback(self._got_sample)
        self.asked = request
        view, geometry, pruning = request.look.view, request.look.geometry, request.look.pruning
        slow = view == "umap"
        previous = self.disk.projection if slow and self.disk and self.disk.view == view else None
        arguments = (source.viewing, images, source.layout.labels, geometry, view, pruning, previous)
        project = self._projecting.study if slow else self._projecting.live
        asked = source.shared(request, lambda: project(projector.look, *arguments))
        asked.add_done_callback(partial(self._got, request))

    def _got_sample(self, answer: Future[Any]) -> None:
        if not answer.cancelled() and answer.exception() is None:
            self.sample = answer.result()
            self._answered()

    def _got(self, request: DiskRequest, answer: Future[Any]) -> None:
        """Takes a drawing in; called from any thread."""
        try:
            self.disk = DrawnDisk(request, *answer.result())
            self.problem = None
        except CancelledError:
            pass
        except Exception as error:
            # Whatever went wrong over there must be said here, and tried again.
            self.problem = str(error) or type(error).__name__
            self._retry_at = self._clock() + RETRY_SECONDS
        self.asked = None
        self._answered()
