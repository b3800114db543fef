"""The images of a class from root to leaf, asked of the projector without waiting for it."""

import time
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import numpy as np

from hdd.projection import Hierarchy
from workbench.core import projector
from workbench.core.disk_requests import RETRY_SECONDS, DiskRequest, DrawnDisk
from workbench.core.failure_text import failure_text
from workbench.session import Session


@dataclass(frozen=True, eq=False)
class OrderedClass:
    """The order of the images of a class, at the step of `request`.

    Attributes:
        request: the request of the disk whose images are in order.
        order: the class, its images and their places.
        images: (M, channels, H, W), normalised, all synthetic images as they are stored.
    """

    request: DiskRequest
    order: Hierarchy
    images: np.ndarray


class ClassOrders:
    """Asks for one order at a time; the session shows its views again once there is an answer.

    Attributes:
        problem: why there is no answer, "" if nothing went wrong.
    """

    def __init__(self, session: Session) -> None:
        self.problem = ""
        self._session = session
        self._is_asked = False
        self._retry_at = 0.0
        self._found: OrderedClass | None = None

    def of(self, disk: DrawnDisk, label: int) -> OrderedClass | None:
        """The newest order of a class that is known, None if there is none yet; asks for that of the disk."""
        found = self._found if self._found is not None and self._found.order.label == label else None
        if self.problem and time.monotonic() < self._retry_at:
            self._session.refresh_soon()
        elif (found is None or found.request != disk.request) and not self._is_asked:
            self._is_asked = True
            viewing, look = self._session.source.viewing, disk.request.look
            assert viewing is not None, "without real images there is no disk"
            labels = self._session.source.layout.labels
            arguments = (look.through(viewing), disk.images, labels, disk.geometry, look.pruning, label)
            answer = self._session.projector.study(projector.hierarchy, *arguments)
            answer.add_done_callback(partial(self._got, disk))
        return found

    def _got(self, disk: DrawnDisk, answer: "Future[Hierarchy]") -> None:
        """Takes an answer; called from any thread."""
        self._is_asked = False
        if answer.cancelled():
            return
        error = answer.exception()
        self.problem = "" if error is None else failure_text(error)
        self._retry_at = time.monotonic() + RETRY_SECONDS
        if error is None:
            self._found = OrderedClass(disk.request, answer.result(), disk.images)
        self._session.refresh()
