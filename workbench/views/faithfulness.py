"""Measures from time to time how faithful the projection on the disk is."""

import time
from concurrent.futures import Future
from functools import partial

from hdd.projection import Faithfulness
from workbench.core import projector
from workbench.core.disk_requests import DrawnDisk
from workbench.core.failure_text import failure_text
from workbench.core.frame import Frame
from workbench.session import Session

PAUSE_SECONDS = 4.0


class FaithfulnessMeter:
    """Measures one projection at a time in the background, and pauses after each.

    Args:
        session: the session that shows the disk; it is refreshed when a measurement is ready.

    Attributes:
        problem: why the last measurement failed; "" if it did not.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: tuple[tuple, Faithfulness] | None = None
        self._due = 0.0
        self._is_asked = False
        self.problem = ""

    def of(self, disk: DrawnDisk) -> Faithfulness | None:
        """The newest measurement with the geometry and look of `disk`; None if there is none yet."""
        return None if self._found is None or self._found[0] != _key(disk) else self._found[1]

    def measure(self, frame: Frame) -> None:
        """Starts to measure the frame's disk, if a measurement is due."""
        disk = frame.disk
        if self._is_asked or time.monotonic() < self._due:
            return
        if frame.images is None or disk is None or disk.step != frame.image_step:
            return
        if self.of(disk) is not None and not frame.live:
            return
        self._is_asked = True
        source, look = self._session.source, disk.request.look
        assert source.viewing is not None, "without real images there is no disk"
        viewing, labels = look.through(source.viewing), source.layout.labels
        arguments = (viewing, frame.images, labels, disk.geometry, disk.projection, look.pruning)
        projecting, key = self._session.projector, _key(disk)
        # Sessions that show the same disk share the answer.
        question = "faithfulness", disk.request, disk.geometry
        future = source.shared(question, lambda: projecting.study(projector.faithfulness, *arguments))
        future.add_done_callback(partial(self._answered, key))

    def _answered(self, key: tuple, future: Future) -> None:
        self._due = time.monotonic() + PAUSE_SECONDS
        self._is_asked = False
        if future.cancelled():
            return
        error = future.exception()
        self.problem = "" if error is None else failure_text(error)
        if error is None:
            self._found = (key, future.result())
        self._session.refresh_in_turn()


def _key(disk: DrawnDisk) -> tuple:
    return disk.geometry, disk.request.look
