"""Requests disks from the projector: one at a time for each session, and only once if several sessions need it."""

import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np

from hdd.projection import Geometry, Projection, Pruning, Viewing
from workbench.core import projector
from workbench.core.failure_text import failure_text
from workbench.core.projector import Answer, Sample
from workbench.core.source import Source

RETRY_SECONDS = 5.0
NO_REAL_IMAGES = "the real images are not known. Name the data set that these images were distilled from."


class Projecting(Protocol):
    """Something that computes disks, such as `workbench.core.projector.Projector`."""

    def live(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of a function that is needed soon."""
        ...

    def study(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of a function that may take seconds."""
        ...

    def learn(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of a function that takes long and is called once for a data set."""
        ...

    def progress(self, name: str) -> str:
        """How many images "live", "study" or "learn" has processed, in words; "" while it has none."""
        ...


@dataclass(frozen=True)
class Look:
    """How a disk shows images: everything that it depends on, apart from the images themselves.

    Attributes:
        geometry: maps features to points; its scale may still have to be measured.
        view: a key of `hdd.projection.VIEWS`.
        network: the viewing network, "random" or "trained".
        pruning: of the real images.
        left_out: the numbers of the synthetic images that distilled pruning leaves out, ascending.
        rewinds: number of rewinds of the run so far, because a step may have other images after a rewind.
    """

    geometry: Geometry
    view: str
    network: str
    pruning: Pruning
    rewinds: int
    left_out: tuple[int, ...] = ()

    def through(self, viewing: Viewing) -> Viewing:
        """How a source is viewed, through the network of this look."""
        return replace(viewing, network=self.network)


@dataclass(frozen=True)
class DiskRequest:
    """A request for a disk: the step of the images, and how to show them."""

    step: int
    look: Look


@dataclass(frozen=True, eq=False)
class DrawnDisk:
    """A disk that can be drawn, and the request that it answers.

    Attributes:
        request: the request.
        images: (M, channels, H, W) float32, normalised, the synthetic images whose features are drawn.
        geometry: maps features to points, with the scale that was measured.
        projection: the points.
        network_accuracy: test accuracy of a trained viewing network, 0 to 1; None for a random one.
    """

    request: DiskRequest
    images: np.ndarray
    geometry: Geometry
    projection: Projection
    network_accuracy: float | None

    @property
    def step(self) -> int:
        """The step of the images."""
        return self.request.step

    @property
    def kept(self) -> np.ndarray:
        """(M,) bool, the synthetic images that distilled pruning keeps."""
        return ~np.isin(np.arange(len(self.images)), self.request.look.left_out)

    @property
    def view(self) -> str:
        """A key of `hdd.projection.VIEWS`."""
        return self.projection.view


class DiskRequests:
    """Requests disks, and holds the newest answer.

    Args:
        source: the source whose images are drawn.
        projecting: computes the disks.
        answered: called, from any thread, when a disk, a sample or a problem has arrived.
        clock: returns the time in seconds.

    Attributes:
        disk: the newest disk, None before the first.
        problem: why the last request failed, None if it did not.
        sample: the real images that are drawn, None until they arrive.
        asked: the open request, None if there is none.
        learning: what is trained before the disk can be drawn as requested, in words; "" if nothing is. Until then, a
            disk of a random network stands in.
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
        self.learning = ""
        self._source = source
        self._projecting = projecting
        self._answered = answered
        self._clock = clock
        self._retry_at = self._asked_at = 0.0
        self._awaited: set[tuple[str, str]] = set()
        self._shown: DrawnDisk | None = None

    @property
    def is_new(self) -> bool:
        """Whether the newest disk is still to be shown."""
        return self.disk is not None and self.disk is not self._shown

    def showed(self, disk: DrawnDisk | None) -> bool:
        """Takes note that a disk has been shown; returns whether it had not been shown before."""
        first, self._shown = disk is not self._shown, disk
        return first

    def forget(self) -> None:
        """Forgets all disks and images."""
        self.disk = self.sample = self._shown = None

    @property
    def waited(self) -> float | None:
        """For how many seconds the open request has been open, None if there is none."""
        return None if self.asked is None else self._clock() - self._asked_at

    def ask(self, request: DiskRequest, images: np.ndarray, follows: bool = False) -> None:
        """Requests a disk, unless it is the newest one already, or another request is open.

        Args:
            request: the disk that is needed.
            images: the images of its step, (M, channels, H, W) float32, normalised.
            follows: whether they are the newest of a run that is followed. Then the newest disk is shown before the one
                of a later step is requested: steps can be made faster than they are shown.
        """
        source = self._source
        if source.viewing is None or self._clock() < self._retry_at:
            return
        request = self._feasible(request, source.viewing)
        if self.asked is not None or (self.disk and self.disk.request == request):
            return
        if follows and self.disk is not None and self.is_new and self.disk.request.look == request.look:
            return
        if self.sample is None:
            asked = source.shared("sample", lambda: self._projecting.live(projector.sample, source.viewing))
            asked.add_done_callback(self._got_sample)
        self.asked, self._asked_at = request, self._clock()
        look = request.look
        arguments = (
            look.through(source.viewing), images, source.layout.labels, look.geometry, look.view, look.pruning,
            look.left_out,
        )  # fmt: skip
        asked = source.shared(request, lambda: self._projecting.live(projector.look, *arguments))
        asked.add_done_callback(partial(self._got, request, images))

    def _feasible(self, request: DiskRequest, viewing: Viewing) -> DiskRequest:
        """The request, or one that stands in for it while the viewing network is trained in the background."""
        look = request.look
        self.learning = ""
        if look.network != "trained":
            return request
        viewing, question = look.through(viewing), ("trained", look.view)
        learned = self._source.shared(question, lambda: self._projecting.learn(projector.learn, viewing, look.view))
        if learned.done():
            return request
        if question not in self._awaited:
            self._awaited.add(question)
            learned.add_done_callback(partial(self._got_learned, question))
        self.learning = "Training the viewing network, once for this data set"
        return replace(request, look=replace(look, network="random"))

    def _got_learned(self, question: tuple[str, str], answer: Future[None]) -> None:
        self._awaited.discard(question)
        if not answer.cancelled() and (error := answer.exception()) is not None:
            self._fail(error)
        self._answered()

    def _fail(self, error: BaseException) -> None:
        """Takes note of what went wrong in the other process; it must be shown here, and the request repeated."""
        self.problem = failure_text(error)
        self._retry_at = self._clock() + RETRY_SECONDS

    def _got_sample(self, answer: Future[Any]) -> None:
        if answer.cancelled():
            return
        if (error := answer.exception()) is None:
            self.sample = answer.result()
        else:
            self._fail(error)
        self._answered()

    def _got(self, request: DiskRequest, images: np.ndarray, answer: Future[Any]) -> None:
        """Takes the answer to a request; called from any thread."""
        try:
            self.disk = DrawnDisk(request, images, *answer.result())
            self.problem = None
        except CancelledError:
            pass
        except Exception as error:
            self._fail(error)
        self.asked = None
        self._answered()
