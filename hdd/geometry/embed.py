"""From features to points of hyperbolic space: scale and clamp (Li et al., NeurIPS 2025, arXiv 2505.24623).

Features are tangent vectors at the origin of the hyperbolic space of curvature K < 0; a feature's radius is its
norm, and √|K|·radius decides how strongly the curvature acts.
"""

import math

import torch
from torch import Tensor

from hdd.geometry.centroids import centroid as lorentz_centroid
from hdd.geometry.lorentz import distance


def clamp_radius(features: Tensor, curvature: float, clamp: float | None) -> Tensor:
    """Shortens tangent vectors (…, D) whose √|K|·radius is above `clamp` to that radius; None changes nothing.

    No gradient passes through a shortened vector along its own direction.
    """
    if clamp is None:
        return features
    radius = math.sqrt(-curvature) * torch.linalg.vector_norm(features, dim=-1, keepdim=True)
    return features / (radius / clamp).clamp(min=1)


def auto_feature_scale(real: Tensor, curvature: float, target_radius: float) -> float:
    """The feature scale at which the median √|K|·radius of `real` (…, D) is `target_radius`.

    If all features are 0, there is no such scale and 1.0 is returned.
    """
    median = math.sqrt(-curvature) * torch.linalg.vector_norm(real, dim=-1).median().item()
    return target_radius / median if median > 0 else 1.0


def centroid_distance(
    real: Tensor,
    synthetic: Tensor,
    *,
    curvature: float,
    clamp: float | None = None,
    feature_scale: float = 1.0,
    centroid: str = "closed",
) -> Tensor:
    """Hyperbolic distance between the Lorentz centroids of scaled and clamped features.

    Args:
        real: (C, N, D) features.
        synthetic: (C, M, D) features.
        curvature: K < 0.
        clamp: largest √|K|·radius, > 0, or None.
        feature_scale: factor on the features, > 0, before the clamp.
        centroid: "closed" (Law et al. 2019) or "karcher" (the minimiser of summed squared distance).

    Returns:
        (C,) distances ≥ 0, in units in which the space has curvature K.

    Raises:
        HDDError: the curvature is ≥ 0, or the kind of centroid is unknown.
    """
    centroids = [
        lorentz_centroid(clamp_radius(features * feature_scale, curvature, clamp), curvature=curvature, kind=centroid)
        for features in (real, synthetic)
    ]
    return distance(*centroids, curvature=curvature)
