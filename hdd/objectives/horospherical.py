"""Horospherical sliced Wasserstein discrepancy (Bonet et al. 2023, "Hyperbolic sliced-Wasserstein", arXiv 2211.10066).

Points are projected by Busemann functions, one for each of many directions. In one dimension optimal transport sorts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdd.knobs import Integer
from hdd.objectives.base import GROUP
from hdd.objectives.wasserstein import Wasserstein

if TYPE_CHECKING:
    from torch import Tensor


class Horospherical(Wasserstein):
    """λ times the horospherical sliced Wasserstein discrepancy, over directions that are new in each step."""

    directions = Integer(
        100,
        bounds=(1, 10**5),
        label="Directions",
        unit="number",
        group=GROUP,
        doc="Number of random directions on which points are projected in a step; the more, the less noise.",
    )

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """λ times the mean over the directions of W_p^p ≥ 0 between the projections (HHSW_p^p of the paper).

        All classes have the same directions. See `Objective.loss`.
        """
        import torch

        from hdd.geometry import busemann

        values = self.generator("directions").standard_normal((self.directions, real.shape[-1]))
        directions = torch.nn.functional.normalize(torch.as_tensor(values), dim=-1).to(real)
        x, y = (busemann(self.points(part), directions, self.curvature) for part in (real, synthetic))
        return self.weight * _transport_cost(x, y, self.transport_order).mean(dim=-1)


def _transport_cost(x: Tensor, y: Tensor, order: int) -> Tensor:
    """W_p^p (…) between the uniform distributions on the values (…, N, L) and (…, M, L), for each of the L columns."""
    import torch

    n, m = x.shape[-2], y.shape[-2]
    # Quantile functions are constant between multiples of 1/n and of 1/m; in units of 1/(n·m) these are whole numbers.
    steps = np.union1d(m * np.arange(1, n + 1), n * np.arange(1, m + 1))
    ends = torch.as_tensor(steps).to(x.device)
    widths = torch.as_tensor(np.diff(steps, prepend=0) / (n * m)).to(x)
    x, y = (z.mT.contiguous().sort(dim=-1).values for z in (x, y))
    gaps = (x[..., (ends - 1) // m] - y[..., (ends - 1) // n]).abs()
    return (gaps**order) @ widths
