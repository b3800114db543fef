"""Distribution matching in Euclidean feature space (Zhao & Bilen, WACV 2023, arXiv 2110.04181)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.objectives.base import Objective

if TYPE_CHECKING:
    from torch import Tensor


class Mean(Objective):
    """Squared distance between the mean features, in Euclidean space."""

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """‖μ_real − μ_synthetic‖² ≥ 0 for each class (eq. 4 of the paper); see `Objective.loss`."""
        return (real.mean(dim=-2) - synthetic.mean(dim=-2)).square().sum(dim=-1)
