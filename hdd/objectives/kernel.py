"""Discrepancies that are means of a kernel over pairs of points, which energy distance and MMD are.

Both are V-statistics: all pairs count, also a point with itself. So they are exactly the discrepancy of the two finite
sets, which is never negative, is 0 for equal sets, and exists for a single image. The unbiased U-statistic estimates
what infinitely many synthetic images would have, which is not what is wanted of few.

Sejdinovic et al. 2013, "Equivalence of distance-based and RKHS-based statistics in hypothesis testing", Annals of
Statistics 41(5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.objectives.weighted import Weighted

if TYPE_CHECKING:
    from torch import Tensor


_TOLERANCE = 1e-4
"""Relative error of a single pair; it is of the size of the rounding of features, and halves the time."""


class KernelDiscrepancy(Weighted):
    """λ·(E k(X, X′) + E k(Y, Y′) − 2 E k(X, Y)) for a kernel k that decreases with the hyperbolic distance."""

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """See the class and `Objective.loss`; ≥ 0 up to rounding."""
        from functools import partial

        from hdd.geometry import pairwise_distance

        distances = partial(pairwise_distance, curvature=self.curvature, tolerance=_TOLERANCE)
        x, y = self.points(real), self.points(synthetic)
        within = distances(x)
        length = self.kernel_length(within.detach())[..., None, None]
        real_part, synthetic_part, across = (
            self.kernel(each, length).mean(dim=(-2, -1)) for each in (within, distances(y), distances(x, y))
        )
        return self.weight * (real_part + synthetic_part - 2 * across)

    def kernel(self, distances: Tensor, length: Tensor) -> Tensor:
        """The kernel (C, N, M) at distances (C, N, M), for the length (C, 1, 1) of each class."""
        raise NotImplementedError

    def kernel_length(self, within: Tensor) -> Tensor:
        """The length (C,) of the kernel, from the distances (C, N, N) between the real points."""
        return within.new_ones(within.shape[:-2])
