"""Builds the frames of a session: finds the images of the step that is shown, and requests what is missing."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from workbench.core.disk_requests import DiskRequest, DiskRequests, Look, Projecting
from workbench.core.frame import Frame, Selection, nearest_images, shown_step
from workbench.core.image_cache import ImageCache
from workbench.core.source import Source, SourceState, StepImages

TOGETHER_SECONDS = 2.0
"""For how long images wait for their disk, so that both are of one step; a disk that takes longer is left behind."""


class FrameBuilder:
    """Builds the frames of one session.

    Args:
        source: what is shown.
        projecting: computes the disks.
        selection: what the session looks at.
        images_came: called, from any thread, when images that were missing have been read.
        disk_came: called, from any thread, when a disk that was missing has been computed, or has failed.
        clock: returns the time in seconds.

    Attributes:
        images: the images of kept steps.
        disks: requests the disks.
    """

    def __init__(
        self,
        source: Source,
        projecting: Projecting,
        selection: Selection,
        images_came: Callable[[], None],
        disk_came: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.images = ImageCache(source.read, images_came)
        self.disks = DiskRequests(source, projecting, disk_came, clock)
        self._source = source
        self._selection = selection
        self._shown: tuple[int, np.ndarray] | None = None
        self._rewinds = 0

    def build(self, full: bool = False) -> Frame:
        """Builds the frame to show now from what is known, and requests what is missing.

        Args:
            full: see `Frame`.
        """
        source, state, selected = self._source, self._source.state, self._selection.step
        step = shown_step(state, selected)
        image_step, found = self._find_images(state, step)
        images = None if found is None else found.images
        if found is not None and source.viewing is not None:
            geometry, pruning = source.look_at(state, step, found)
            left_out = tuple(np.flatnonzero(~source.mask_at(state, image_step).kept).tolist())
            if self._selection.centred and geometry.feature_centre == "none":
                # The scale in force belongs to features that are not centred.
                geometry = replace(geometry, feature_centre="mean", feature_scale=None)
            view, network = str(self._selection.view), str(self._selection.network)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            look = Look(geometry, view, network, pruning, state.rewinds, left_out)
            self.disks.ask(DiskRequest(image_step, look), found.images, follows=selected is None)
            image_step, images = self._together(state, image_step, found.images)
        return Frame(
            state=state,
            step=step,
            live=selected is None,
            settings=source.settings_at(state, step),
            mask=source.mask_at(state, image_step),
            images=images,
            image_step=image_step,
            disk=self.disks.disk,
            disk_learning=self.disks.learning,
            disk_problem=self.disks.problem or self.images.problem,
            sample=self.disks.sample,
            full=full,
        )

    def forget(self) -> None:
        """Forgets all images, which Python would keep until it collects garbage."""
        self.images.forget()
        self.disks.forget()
        self._shown = None

    def _together(self, state: SourceState, step: int, images: np.ndarray) -> tuple[int, np.ndarray]:
        """The images to show beside the disk, and their step: the disk's own if it is new, or the next one is not late.

        Args:
            state: of the source.
            step: of the newest images that may be shown.
            images: the newest images that may be shown.
        """
        disk, waited = self.disks.disk, self.disks.waited
        shown, follows = self._shown, self._selection.step is None and state.rewinds == self._rewinds
        self._rewinds = state.rewinds
        together = self.disks.is_new or (waited is not None and waited < TOGETHER_SECONDS)
        if disk is not None and together and not self.disks.problem:
            if not follows or shown is None or disk.step >= shown[0]:
                step, images = disk.step, disk.images
            else:
                # While the run goes on, images never go back to catch up with a disk that was left behind.
                step, images = shown
        self._shown = step, images
        return step, images

    def _find_images(self, state: SourceState, step: int) -> tuple[int, StepImages | None]:
        """The step whose images are shown, and its images, None until they are read."""
        self.images.follow(state.rewinds)
        nearest = nearest_images(state, step)
        if isinstance(nearest, StepImages):
            return nearest.step, nearest
        return (0, None) if nearest is None else (nearest, self.images.get(nearest))
