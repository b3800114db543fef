"""Hyperbolic dataset distillation (Li et al., NeurIPS 2025, arXiv 2505.24623): centroids on the Lorentz model."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hdd.knobs import Preset
from hdd.objectives.weighted import Weighted

if TYPE_CHECKING:
    from torch import Tensor

_PUBLISHED = {"curvature": -1.0, "weight": 20.0, "centroid": "closed"}


class HDD(Weighted):
    """λ times the hyperbolic distance between the Lorentz centroids."""

    presets: ClassVar[dict[str, Preset]] = {
        "geometric": Preset(
            "Geometric (median radius 2, no clamp)",
            {**_PUBLISHED, "clamp": None, "feature_scale": "auto", "target_radius": 2.0},
        ),
        "released": Preset("Released code (clamp 10)", {**_PUBLISHED, "clamp": 10.0, "feature_scale": 1.0}),
    }

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """λ·d(centroid(real), centroid(synthetic)) ≥ 0; see `Objective.loss`."""
        return self.weight * self.centroid_distance(real, synthetic)

    def gap(self, real: Tensor, synthetic: Tensor, losses: Tensor) -> Tensor:
        """The distances between the centroids, (C,): the losses divided by λ."""
        return losses / self.weight
