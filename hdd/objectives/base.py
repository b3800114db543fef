"""What an objective is. This module imports no torch, so that forms and command lines can list the knobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import param

from hdd.knobs import Choice, Number, NumberOrAuto, Preset

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.settings import Settings

GROUP = "Geometry"
RADIUS_QUANTILES = {"q10": 0.1, "q50": 0.5, "q90": 0.9}
CLAMPED = ("real_clamped", "synthetic_clamped")
RADII = tuple(f"{side}_radius_{quantile}" for side in ("real", "synthetic") for quantile in RADIUS_QUANTILES)


class Objective(param.Parameterized):
    """A discrepancy of real and synthetic features, one number a class: what a method makes small.

    A subclass declares its knobs as class attributes and reads them from `self`. The knobs below say under which
    hyperbolic geometry features are points; every objective has them, since every run is looked at under a geometry,
    also one that matches without it. Import torch inside functions: see the module.

    Attributes:
        columns: names of what `diagnostics` gives.
        presets: named sets of values for runs with this objective.
    """

    curvature = Number(
        -1.0,
        bounds=(-1e4, 0),
        inclusive_bounds=(True, False),
        softbounds=(-100.0, -0.01),
        scale="log",
        label="Curvature K",
        unit="1/length²",
        group=GROUP,
        doc="Sectional curvature of the hyperbolic space, below 0; the released code's k is −1/K.",
    )
    feature_scale = NumberOrAuto(
        "auto",
        bounds=(0, 1e6),
        inclusive_bounds=(False, True),
        label="Feature scale",
        unit="factor",
        group=GROUP,
        doc="Factor on the features before the geometry. auto sets it, when chosen, so that the median √|K|·radius of "
        "the real features is the target radius under the curvature then in force, and holds it.",
    )
    target_radius = Number(
        2.0,
        bounds=(0, 100),
        inclusive_bounds=(False, True),
        softbounds=(0.1, 10.0),
        step=0.1,
        label="Target radius",
        unit="√|K|·radius",
        group=GROUP,
        doc="Where an automatic feature scale brings the median real feature, measured once, when one of the two is "
        "chosen: a change of K moves it. 1 to 4 is where geometry acts.",
    )
    clamp = Number(
        None,
        bounds=(0, 1e6),
        inclusive_bounds=(False, True),
        allow_None=True,
        label="Clamp",
        unit="√|K|·radius",
        group=GROUP,
        doc="Radius at which features are cut off, or none. 10 in the released code, where it cuts off every feature.",
    )
    centroid = Choice(
        "closed",
        objects=["closed", "karcher"],
        label="Centroid",
        group=GROUP,
        doc="closed (Law et al. 2019, weights distant points more) or karcher (least summed squared distance).",
    )

    columns: ClassVar[tuple[str, ...]] = ("centroid_distance", *CLAMPED, *RADII)
    presets: ClassVar[dict[str, Preset]] = {}

    @classmethod
    def under(cls, settings: Settings, feature_scale: float) -> Self:
        """The objective with the values of a run; `feature_scale` is the factor in force, in place of "auto"."""
        values = {name: getattr(settings, name) for name in cls.knobs()}
        return cls(**{**values, "feature_scale": feature_scale})

    @classmethod
    def knobs(cls) -> tuple[str, ...]:
        """Names of its knobs, those of every objective among them."""
        return tuple(name for name in cls.param if name != "name")

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """The discrepancy of each class.

        Args:
            real: (C, N, D) features, without gradient.
            synthetic: (C, M, D) features, through which the gradient reaches the images.

        Returns:
            (C,) losses; their sum is what is made small. Class c must depend on the features of class c alone.
        """
        raise NotImplementedError

    def diagnostics(self, real: Tensor, synthetic: Tensor, losses: Tensor) -> dict[str, Tensor]:
        """What is recorded of a step besides the losses: (C,) each, by the names in `columns`; called without gradient.

        Here: centroid_distance, between the Lorentz centroids; real_clamped and synthetic_clamped, the fraction of
        features beyond the clamp, 0 without one; radius quantiles, of √|K|·‖scaled feature‖ before the clamp.

        Args:
            real, synthetic: as for `loss`.
            losses: what `loss` gave for them.
        """
        import torch

        from hdd.geometry.numerics import norm

        found = {"centroid_distance": self.gap(real, synthetic, losses)}
        factor: float = (-self.curvature) ** 0.5 * self.feature_scale
        radii = {side: factor * norm(part) for side, part in (("real", real), ("synthetic", synthetic))}
        for side, radius in radii.items():
            found[f"{side}_clamped"] = (radius > (self.clamp or float("inf"))).float().mean(dim=-1)
        for side, radius in radii.items():
            quantiles = radius.quantile(torch.tensor(list(RADIUS_QUANTILES.values()), device=radius.device), dim=-1)
            found |= {f"{side}_radius_{name}": value for name, value in zip(RADIUS_QUANTILES, quantiles, strict=True)}
        return found

    def gap(self, real: Tensor, synthetic: Tensor, losses: Tensor) -> Tensor:
        """What `diagnostics` records as centroid_distance; an objective whose losses tell it overrides this."""
        return self.centroid_distance(real, synthetic)

    def centroid_distance(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """The (C,) distances of the Lorentz centroids, see `hdd.geometry.embed.centroid_distance`."""
        from hdd.geometry.embed import centroid_distance

        return centroid_distance(
            real,
            synthetic,
            curvature=self.curvature,
            clamp=self.clamp,
            feature_scale=self.feature_scale,
            centroid=self.centroid,
        )
