"""The Euclidean control of clamped features, in which only directions count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.objectives.mean_distance import MeanDistance

if TYPE_CHECKING:
    from torch import Tensor


class UnitMeanDistance(MeanDistance):
    """λ times the Euclidean distance between the means of the features normalised to length 1."""

    def vectors(self, features: Tensor) -> Tensor:
        """Features (…, D) divided by their length; the feature 0 stays 0. Neither scale nor clamp changes them."""
        from hdd.geometry.numerics import norm, over

        return over(features, norm(features)[..., None])
