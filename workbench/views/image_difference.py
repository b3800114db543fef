"""The difference between the images of two runs."""

import numpy as np

from workbench.core.frame import Frame
from workbench.session import Session
from workbench.theme import difference, show
from workbench.views.image_wall import ImageWall


class ImageDifference(ImageWall):
    """A wall of the differences of the images of two runs whose images have the same layout.

    Args:
        session: the session of one run.
        other: the session of the other run.
    """

    def __init__(self, session: Session, other: Session) -> None:
        super().__init__(session)
        self._other = other
        self._theirs: Frame | None = None
        show(self._shows, False)
        self._title.object = "Difference (grey = the same)"

    def take(self, frame: Frame) -> None:
        """Takes a frame of the other run."""
        changed = self._theirs is None or frame.images is not self._theirs.images
        self._theirs = frame
        if changed:
            self._session.refresh()

    def update(self, frame: Frame) -> None:
        """Brings the wall up to date."""
        theirs = self._theirs
        if frame.images is None or theirs is None or theirs.images is None:
            return
        shown = id(frame.images), id(theirs.images)
        if shown != self._picture:
            self._picture = shown
            own = self._session.source.to_pixels(frame.images)
            pixels = difference(own, self._other.source.to_pixels(theirs.images))
            self._put(self._layout.grid(pixels), self._layout.grid(np.ones(len(pixels), bool)))
        marks = tuple(self._session.selection.synthetic)
        if marks != self._marks:
            self._marks = marks
            self._mark_images(marks, (), None)
        distance = float(np.abs(frame.images - theirs.images).mean())
        text = (
            f"Step {theirs.image_step} of {self._other.source.name} less step {frame.image_step} of "
            f"{self._session.source.name}: {distance:.3g} apart on average, in normalised pixels"
        )
        if self._summary.object != text:
            self._summary.object = text
            self._access.say(text, "")
