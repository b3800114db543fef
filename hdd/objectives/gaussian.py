"""Distances between Gaussians in the tangent space at the centroid of the real points.

Real and synthetic points are mapped there by the logarithm. Covariances are diagonal, since a class has fewer images
than the features have dimensions, and are shrunk as by Ledoit & Wolf (2004, "A well-conditioned estimator for
large-dimensional covariance matrices") towards a multiple of the identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.knobs import Choice, Number
from hdd.objectives.base import GROUP
from hdd.objectives.weighted import Weighted

if TYPE_CHECKING:
    from torch import Tensor


_LEAST_VARIANCE = 1e-8
"""Variance, in units of 1/|K|, that real points have at least in each dimension, also if they are all equal."""


class Gaussian(Weighted):
    """λ times a distance between Gaussians, fitted in the tangent space at the centroid of the real points."""

    divergence = Choice(
        "bures",
        objects=["bures", "kl"],
        label="Divergence",
        group=GROUP,
        doc="What is computed between the two Gaussians: bures, the squared Wasserstein distance (Bures–Wasserstein), "
        "or kl, the Kullback–Leibler divergence of the synthetic from the real one.",
    )
    shrinkage = Number(
        0.1,
        bounds=(0, 1),
        inclusive_bounds=(False, True),
        softbounds=(0.01, 1.0),
        step=0.01,
        label="Shrinkage",
        unit="fraction",
        group=GROUP,
        doc="How much of each variance is replaced by the mean variance of the real points of the class, from just "
        "above 0 to 1. It gives a variance to a single image.",
    )

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """λ·W₂² or λ·KL(synthetic ‖ real), ≥ 0; see `Objective.loss`.

        With means μ and variances v = (1 − s)·variance + s·(mean variance of the real points), these are sums over the
        dimensions of (μ_r − μ_s)² + (√v_r − √v_s)², and of [(v_s + (μ_r − μ_s)²)/v_r − 1 − ln(v_s/v_r)]/2.
        """
        from hdd.geometry import centroid, logarithm

        x, y = self.points(real), self.points(synthetic)
        centre = centroid(x, curvature=self.curvature, kind=self.centroid)
        x, y = (logarithm(part, centre, self.curvature) for part in (x, y))
        mean_x, mean_y = (part.mean(dim=-2, keepdim=True) for part in (x, y))
        gap = (mean_x - mean_y).square().squeeze(-2)
        # This is several times faster than Tensor.var.
        of_x, of_y = ((part - mean).square().mean(dim=-2) for part, mean in ((x, mean_x), (y, mean_y)))
        common = of_x.mean(dim=-1, keepdim=True) + _LEAST_VARIANCE / -self.curvature
        of_x, of_y = ((1 - self.shrinkage) * part + self.shrinkage * common for part in (of_x, of_y))
        if self.divergence == "bures":
            return self.weight * (gap + (of_x.sqrt() - of_y.sqrt()).square()).sum(dim=-1)
        ratio = of_y / of_x
        return self.weight * (ratio - 1 - ratio.log() + gap / of_x).sum(dim=-1) / 2
