"""What all views have in common. This module imports no torch, so that pages can list the views."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from hdd.projection.scene import Drawing, Scene


class View(ABC):
    """Draws scenes of many dimensions in the hyperbolic plane.

    A view learns once, from the real images under the run's initial geometry, and is then fixed. So it draws a point in
    the same place whatever else is drawn, and steps can be compared. Import torch only inside functions.

    Args:
        scene: the real images under the initial geometry; its synthetic points are not used.
        seed: seed of all random draws.

    Attributes:
        title: its name on the page.
        preserves: what it preserves, and what not, in one sentence.
        root: what is in the middle of the disk.
        rings: whether a distance from the middle is a distance in the space, so that rings can be labelled with it.
        apart: whether each class is drawn in a disk of its own.
        slow: whether learning takes seconds.
    """

    title: ClassVar[str]
    preserves: ClassVar[str]
    root: ClassVar[str]
    rings: ClassVar[bool] = False
    apart: ClassVar[bool] = False
    slow: ClassVar[bool] = False

    @abstractmethod
    def __init__(self, scene: Scene, seed: int) -> None: ...

    @abstractmethod
    def draw(self, scene: Scene) -> Drawing:
        """Draws a scene with the same real images, under any geometry."""
