"""What all views have in common. This module imports no torch, so that pages can list the views."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.projection.scene import Drawing, Scene


class View(ABC):
    """Draws scenes of many dimensions in the hyperbolic plane.

    A view learns once, from the real images under the run's initial geometry, and is then fixed. So it draws a point in
    the same place whatever else is drawn, and steps can be compared. Import torch only inside functions.

    Args:
        learned: what `learn` returned.

    Attributes:
        title: its name on the page.
        preserves: what it preserves, and what not, in one sentence.
        rings: whether lengths mean something, so that rings are drawn and labelled.
        chart: "poincare", or "linear", in which equal distances from the middle are drawn as equal lengths.
        apart: whether each class is drawn in a disk of its own.
        slow: whether learning takes seconds, so that what was learned is worth keeping.
    """

    title: ClassVar[str]
    preserves: ClassVar[str]
    rings: ClassVar[bool] = False
    chart: ClassVar[Literal["poincare", "linear"]] = "poincare"
    apart: ClassVar[bool] = False
    slow: ClassVar[bool] = False

    def __init__(self, learned: dict[str, Tensor]) -> None:
        self._learned = learned

    @classmethod
    @abstractmethod
    def learn(cls, scene: Scene, seed: int) -> dict[str, Tensor]:
        """What the view needs to know of the real images.

        Args:
            scene: the real images under the initial geometry; its synthetic points are not used.
            seed: seed of all random draws.
        """

    @abstractmethod
    def draw(self, scene: Scene, real: Tensor | None = None) -> Drawing:
        """Draws a scene with the same real images, under any geometry.

        Args:
            scene: what is drawn.
            real: the real points (N, 2) of an earlier drawing under the same geometry and pruning, which need not be
                drawn again; None if there is none.
        """

    def clamp_ring(self, scene: Scene, clamp: float) -> Tensor:
        """Where all points whose √|K|·radius is the clamp end in the drawing, (S, 2); empty if that is no line."""
        return scene.real.new_zeros(0, 2)
