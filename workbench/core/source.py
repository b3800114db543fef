"""What views read: a run, or a synthetic set without one.

Views read a `Source` and nothing else, so the wall, the disk and the inspector are the same for both.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hdd.projection import Geometry, Pruning, Viewing
from hdd.pruning.mask import Mask
from hdd.settings import Settings
from workbench.core.class_layout import ClassLayout


@dataclass(frozen=True, eq=False)
class StepImages:
    """The synthetic images of one step.

    Attributes:
        step: of the run; 0 for a set.
        images: (M, channels, H, W) float32, normalised, in the order of the source's layout.
        feature_scale: in force when the step was made, None if unknown.
    """

    step: int
    images: np.ndarray
    feature_scale: float | None = None


@dataclass(frozen=True)
class SourceState:
    """The state of a source at one moment. It never changes, so it can be read without locks.

    Attributes:
        version: grows with every new state.
        step: the newest step.
        kept: the steps whose images can be read, ascending.
        rewinds: grows with each rewind, after which steps may have other images.
        reading: whether a part of the source has still to be read.
        problem: why the source cannot be read, None if it can.
    """

    version: int = 0
    step: int = 0
    kept: tuple[int, ...] = ()
    rewinds: int = 0
    reading: bool = False
    problem: str | None = None

    @property
    def live(self) -> StepImages | None:
        """The newest images, which may be newer than all kept ones; None while no engine makes any."""
        return None

    @property
    def awaits_answer(self) -> bool:
        """Whether a user's request is about to be answered."""
        return False

    @property
    def answers(self) -> Hashable:
        """Changes whenever a user makes a request, or gets an answer."""
        return self.problem


class Source(Protocol):
    """What views read.

    Attributes:
        name: the name that is shown.
        classes: C names in label order.
        layout: of the synthetic images, the same at every step.
        changes: whether the images change from step to step; otherwise there is only step 0.
        std: (channels,) of the images' normalisation, for pixels in [0, 1].
        viewing: the viewing network and its data set; None if the real images are not known, and then there is no disk.
        state: the newest one.
    """

    name: str
    classes: list[str]
    layout: ClassLayout
    changes: bool
    std: np.ndarray
    viewing: Viewing | None

    @property
    def state(self) -> SourceState:
        """As last found."""
        ...

    @property
    def driver(self) -> str | None:
        """The browser tab that may steer, None if there is none."""
        ...

    def to_pixels(self, images: np.ndarray) -> np.ndarray:
        """Converts images of the source to pixels; see `hdd.pixels.to_pixels`."""
        ...

    def read(self, step: int) -> "Future[StepImages]":
        """The images of a kept step.

        The future raises HDDError or OSError if they no longer exist.
        """
        ...

    def settings_at(self, state: SourceState, step: int) -> Settings | None:
        """The settings in force at a step, None for a set."""
        ...

    def mask_at(self, state: SourceState, step: int) -> Mask:
        """Which images are kept at a step, and their scores, both (M,) in the order of the layout."""
        ...

    def look_at(self, state: SourceState, step: int, images: StepImages) -> tuple[Geometry, Pruning]:
        """The geometry and the pruning with which the disk shows images.

        Args:
            state: of the source.
            step: the step that is shown.
            images: the images that are shown; they may be those of an earlier step.
        """
        ...

    def shared(self, question: Hashable, ask: Callable[[], Future[Any]]) -> Future[Any]:
        """The answer to a question that several sessions share; `ask` is called once, and again after a failure."""
        ...

    def join(self, session: object, tab: str, wake: Callable[[], None]) -> None:
        """Adds a session.

        If the source can be steered and has no driver, the tab becomes the driver.

        Args:
            session: to add.
            tab: key of its browser tab, "" while that is not known.
            wake: called, from any thread, when there is a new state.
        """
        ...

    def leave(self, session: object) -> None:
        """Removes a session; a tab without sessions is no longer the driver."""
        ...

    def tabs(self) -> list[str]:
        """The browser tabs that show the source, in the order in which they joined."""
        ...
