"""Real and synthetic images as points of the hyperbolic space, in which the views look at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Scene:
    """The points under one geometry, in units of 1/√|K|: float64 tangent vectors at the origin, for curvature −1.

    Attributes:
        real: (N, D), sorted by class.
        labels: (N,) their classes.
        kept: (N,) bool, which of them pruning keeps.
        real_centroids: (C, D), the centroids of the kept real points of each class, which are those that are matched.
        centre: (D,), the centroid of all kept real points.
        synthetic: (M, D).
        synthetic_labels: (M,) their classes.
        synthetic_centroids: (C, D), those of the synthetic images that are matched; NaN for a class without any.
        gap: (C,), the distance between the two centroids of each class; NaN if one is missing.
    """

    real: Tensor
    labels: np.ndarray
    kept: np.ndarray
    real_centroids: Tensor
    centre: Tensor
    synthetic: Tensor
    synthetic_labels: np.ndarray
    synthetic_centroids: Tensor
    gap: Tensor


@dataclass(frozen=True, eq=False)
class Drawing:
    """The points of a scene in the hyperbolic plane of curvature −1, as float64 tangent vectors at its origin.

    Attributes:
        real, synthetic, real_centroids, synthetic_centroids: (…, 2), as in `Scene`.
    """

    real: Tensor
    synthetic: Tensor
    real_centroids: Tensor
    synthetic_centroids: Tensor
