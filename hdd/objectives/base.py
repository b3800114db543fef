"""The base class of objectives. This module imports no torch, so that forms and command lines can list the knobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import param

from hdd.errors import InvalidInputError
from hdd.knobs import Choice, Number, NumberOrAuto, Preset

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from hdd.settings import Settings

GROUP = "Geometry"
RADIUS_QUANTILES = {"q10": 0.1, "q50": 0.5, "q90": 0.9}
CLAMPED = ("real_clamped", "synthetic_clamped")
RADII = tuple(f"{side}_radius_{quantile}" for side in ("real", "synthetic") for quantile in RADIUS_QUANTILES)


class Objective(param.Parameterized):
    """Measures how far synthetic features are from real ones, one number per class; a method makes it small.

    The method subtracts the feature centre before it passes the features, because that depends on all classes.

    A subclass declares its knobs as class attributes and reads them from `self`. The knobs below define the hyperbolic
    geometry in which features are points. Every objective has them, since every run is viewed under a geometry, even
    if its objective does not use one. Import torch only inside functions, for the reason that the module gives.

    Attributes:
        columns: the names of what `diagnostics` returns.
        presets: named sets of values for runs with this objective.
        seed: of the run, for `generator`.
        step: number of steps that the run has completed, for `generator`.
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
        doc="Factor on the features before they become points. auto measures it once, when auto is chosen, so that "
        "the median √|K|·radius of the real features equals the target radius under the current curvature.",
    )
    feature_centre = Choice(
        "none",
        objects=["none", "mean"],
        label="Feature centre",
        group=GROUP,
        doc="What is subtracted from the features before they become points: none, or mean, the mean feature of the "
        "step's real images. mean puts the root of the space in the middle of the data; it does not change plain mean "
        "matching.",
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
        doc="Radius to which an automatic feature scale brings the median real feature. It is measured once, when this "
        "knob or auto is set, so a later change of K moves the median. Useful values are 1 to 4; below 1 the space is "
        "nearly flat.",
    )
    clamp = Number(
        None,
        bounds=(0, 1e6),
        inclusive_bounds=(False, True),
        allow_None=True,
        label="Clamp",
        unit="√|K|·radius",
        group=GROUP,
        doc="Radius at which features are cut off, or none. It is 10 in the released code and cuts off every feature "
        "there.",
    )
    centroid = Choice(
        "closed",
        objects=["closed", "karcher"],
        label="Centroid",
        group=GROUP,
        doc="Kind of centroid: closed (Law et al. 2019; weights distant points more) or karcher (least summed squared "
        "distance).",
    )

    columns: ClassVar[tuple[str, ...]] = ("centroid_distance", *CLAMPED, *RADII)
    presets: ClassVar[dict[str, Preset]] = {}

    seed: int = 0
    step: int = 0

    @classmethod
    def check(cls) -> None:
        """Checks that the objective can be used here; most can be used everywhere.

        Raises:
            HDDError: it needs a package that is not installed; the message says how to install it.
        """

    @classmethod
    def under(cls, settings: Settings, feature_scale: float, step: int) -> Self:
        """Makes the objective with the values of a run that has completed `step` steps.

        `feature_scale` is the factor in force, in place of "auto".
        """
        values = {name: getattr(settings, name) for name in cls.knobs()}
        made = cls(**{**values, "feature_scale": feature_scale})
        made.seed, made.step = settings.seed, step
        return made

    def generator(self, purpose: str) -> np.random.Generator:
        """The generator for a random draw of this step; see `hdd.draws.generator`.

        A draw is the same for all classes, so that the losses do not depend on how many classes are passed.
        """
        from hdd.draws import generator

        return generator(self.seed, purpose, self.step)

    @classmethod
    def knobs(cls) -> tuple[str, ...]:
        """Names of its knobs, including those that every objective has."""
        return tuple(name for name in cls.param if name != "name")

    def loss(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """How far the synthetic features of each class are from the real ones.

        Args:
            real: (C, N, D) features, without gradient.
            synthetic: (C, M, D) features, through which the gradient reaches the images.

        Returns:
            (C,) losses; the method makes their sum small. The loss of class c must depend only on the features of class
            c.
        """
        raise NotImplementedError

    def diagnostics(self, real: Tensor, synthetic: Tensor, losses: Tensor) -> dict[str, Tensor]:
        """What is recorded of a step besides the losses: (C,) each, by the names in `columns`; called without gradient.

        The base class records centroid_distance, the distance between the Lorentz centroids; real_clamped and
        synthetic_clamped, the fraction of features beyond the clamp (0 without a clamp); and quantiles of the radius
        √|K|·‖scaled feature‖ before the clamp.

        Args:
            real, synthetic: as for `loss`.
            losses: what `loss` returned for them.
        """
        import torch

        found = {"centroid_distance": self.gap(real, synthetic, losses)}
        radii = self.radii(real, synthetic)
        for side, radius in radii.items():
            found[f"{side}_clamped"] = (radius > (self.clamp or float("inf"))).float().mean(dim=-1)
        for side, radius in radii.items():
            quantiles = radius.quantile(torch.tensor(list(RADIUS_QUANTILES.values()), device=radius.device), dim=-1)
            found |= {f"{side}_radius_{name}": value for name, value in zip(RADIUS_QUANTILES, quantiles, strict=True)}
        return found

    def radii(self, real: Tensor, synthetic: Tensor) -> dict[str, Tensor]:
        """√|K|·radius before the clamp of features (…, D), each (…): of those that are "real", and "synthetic"."""
        from hdd.geometry.numerics import norm

        factor = (-self.curvature) ** 0.5 * self._measured_scale()
        return {side: factor * norm(part) for side, part in (("real", real), ("synthetic", synthetic))}

    def gap(self, real: Tensor, synthetic: Tensor, losses: Tensor) -> Tensor:
        """What `diagnostics` records as centroid_distance; an objective can override this to get it from its losses."""
        return self.centroid_distance(real, synthetic)

    def points(self, features: Tensor) -> Tensor:
        """Features (…, D) as points of the hyperbolic space: scaled, and cut off at the clamp.

        Points are tangent vectors at the origin, as `hdd.geometry` takes them; the space has curvature
        `self.curvature`.

        Raises:
            HDDError: feature_scale is "auto". A method passes the measured factor; elsewhere, give a number.
        """
        from hdd.geometry.embed import clamp_radius

        return clamp_radius(features * self._measured_scale(), self.curvature, self.clamp)

    def _measured_scale(self) -> float:
        if self.feature_scale == "auto":  # pyright: ignore[reportUnnecessaryComparison] (the knob may be a word)
            raise InvalidInputError(
                'feature_scale is "auto", which a method measures on real images: give a number, for example '
                f"{type(self).__name__}(feature_scale=1.0)."
            )
        return self.feature_scale

    def centroid_distance(self, real: Tensor, synthetic: Tensor) -> Tensor:
        """The distances between the Lorentz centroids, (C,); see `hdd.geometry.embed.centroid_distance`."""
        from hdd.geometry.embed import centroid_distance

        return centroid_distance(
            real,
            synthetic,
            curvature=self.curvature,
            clamp=self.clamp,
            feature_scale=self._measured_scale(),
            centroid=self.centroid,
        )
