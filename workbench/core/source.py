"""What views look at: a run that goes on, or a distilled set that somebody made.

Views read a `Source` and nothing else, so the wall, the disk and the inspector are the same for both.
"""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hdd.projection import Geometry, Pruning, Viewing
from hdd.settings import Settings
from workbench.core.class_layout import ClassLayout


@dataclass(frozen=True, eq=False)
class StepImages:
    """The synthetic images of one step.

    Attributes:
        step: of the run; 0 of a set that has none.
        images: (M, channels, H, W) float32, normalised, in the order of the source's layout.
        feature_scale: that the step was made under, None where none is known.
    """

    step: int
    images: np.ndarray
    feature_scale: float | None = None


@dataclass(frozen=True)
class SourceState:
    """A source as it was found at one moment; it is never changed, so that it can be read without locks.

    Attributes:
        version: grows with every state.
        step: the newest.
        kept: steps whose images can be read, ascending.
        rewinds: grows when what was known of some steps no longer holds.
        reading: whether more of it is still being read.
        problem: what keeps it from being read, None if nothing does.
    """

    version: int = 0
    step: int = 0
    kept: tuple[int, ...] = ()
    rewinds: int = 0
    reading: bool = False
    problem: str | None = None

    @property
    def live(self) -> StepImages | None:
        """Images that are newer than all kept ones perhaps, None where nothing goes on."""
        return None

    @property
    def awaits_answer(self) -> bool:
        """Whether what somebody asked for is about to be decided."""
        return False

    @property
    def answers(self) -> Hashable:
        """Another value once somebody asked for something, or was answered."""
        return self.problem


class Source(Protocol):
    """What views read.

    Attributes:
        name: to show.
        classes: C names in label order.
        layout: of the synthetic images, the same at every step.
        changes: whether the images change from step to step; else there is one step, 0.
        std: (channels,) of the images' normalisation, for pixels in [0, 1].
        viewing: what the disk looks through; None where no real images are known, so that there is no disk.
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
        """The tab that may steer, None where nobody does."""
        ...

    def to_pixels(self, images: np.ndarray) -> np.ndarray:
        """Images of the source as pictures; see `hdd.pixels.to_pixels`."""
        ...

    def read(self, step: int) -> "Future[StepImages]":
        """The images of a kept step.

        The future raises HDDError or OSError where they are gone.
        """
        ...

    def settings_at(self, state: SourceState, step: int) -> Settings | None:
        """The knobs in force at a step, None for a set."""
        ...

    def look_at(self, state: SourceState, step: int, images: StepImages) -> tuple[Geometry, Pruning]:
        """Under which geometry and pruning images are looked at.

        Args:
            state: of the source.
            step: that is looked at.
            images: that are shown of it, which may be of an earlier step.
        """
        ...

    def shared(self, question: Hashable, ask: Callable[[], Future[Any]]) -> Future[Any]:
        """The answer to a question that several sessions ask: asked once, and again after a failure."""
        ...

    def join(self, session: object, tab: str, wake: Callable[[], None]) -> None:
        """Adds a session of a tab, "" if that is not known: `wake` is called, from any thread, at a new state.

        A known tab drives where nobody does and there is something to steer.
        """
        ...

    def leave(self, session: object) -> None:
        """Removes a session; a tab that is gone drives no more."""
        ...

    def tabs(self) -> list[str]:
        """Browser tabs that look at the source, in order of their coming."""
        ...
