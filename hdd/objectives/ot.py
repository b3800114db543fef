"""Exact optimal transport between real and synthetic points, solved by POT (Flamary et al. 2021, JMLR 22)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from hdd.errors import NotInstalledError
from hdd.objectives.wasserstein import Wasserstein

if TYPE_CHECKING:
    from torch import Tensor


class OT(Wasserstein):
    """λ times the exact Wasserstein distance, by hyperbolic distances, to the power of its order; it needs POT."""

    @classmethod
    def check(cls) -> None:
        """See `Objective.check`: POT must be installed."""
        if find_spec("ot") is None:
            raise NotInstalledError(
                "The objective ot needs the package POT, which is not installed here: install it with "
                '`pip install "hdd-workbench[ot]"`, or choose another objective.'
            )

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """λ·W_p^p ≥ 0; see `Objective.loss`. The gradient is that under the optimal plan, held fixed (Danskin's theorem).

        Raises:
            HDDError: POT is not installed.
        """
        import torch

        from hdd.geometry import pairwise_distance

        self.check()
        import ot

        costs = pairwise_distance(self.points(real), self.points(synthetic), self.curvature) ** self.transport_order
        # Empty weights stand for uniform ones.
        plans = [ot.emd([], [], each) for each in costs.detach().double().cpu().numpy()]
        return self.weight * torch.stack(
            [(torch.from_numpy(plan).to(cost) * cost).sum() for plan, cost in zip(plans, costs, strict=True)]
        )
