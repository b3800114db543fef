"""The Euclidean control of `hdd`: mean features, and their distance without the square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.objectives.weighted import Weighted

if TYPE_CHECKING:
    from torch import Tensor


class MeanDistance(Weighted):
    """λ times the Euclidean distance between the means of the scaled features."""

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """λ·‖mean(real) − mean(synthetic)‖ ≥ 0, of the same scaled and clamped vectors that `hdd` takes for points.

        So it is what `hdd` becomes as K → 0. The gradient is 0 where the means are equal. See `Objective.loss`.
        """
        from hdd.geometry.numerics import norm

        return self.weight * norm(self.vectors(real).mean(dim=-2) - self.vectors(synthetic).mean(dim=-2))

    def vectors(self, features: Tensor) -> Tensor:
        """The vectors (…, D) that are averaged, one for each feature."""
        return self.points(features)
