"""Exact optimal transport between real and synthetic points, solved by POT (Flamary et al. 2021, JMLR 22)."""

from __future__ import annotations

from importlib import import_module
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
        """λ·W_p^p ≥ 0; see `Objective.loss`. The gradient is that with the optimal plan held fixed (Danskin).

        Raises:
            HDDError: POT is not installed.
        """
        import torch

        from hdd.geometry import pairwise_distance

        self.check()
        emd = import_module("ot.lp").emd

        costs = pairwise_distance(self.points(real), self.points(synthetic), self.curvature) ** self.transport_order
        plans = torch.empty_like(costs)
        for plan, cost in zip(plans, costs.detach().double().cpu().numpy(), strict=True):
            # Empty weights stand for uniform ones.
            plan.copy_(torch.as_tensor(emd([], [], cost)))
        return self.weight * (plans * costs).sum(dim=(-2, -1))
