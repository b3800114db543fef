"""What a drawing is made under and what it consists of. Free of torch, so that viewers can read it."""

from dataclasses import dataclass

import numpy as np

from hdd.settings import Settings

VIEWS = {
    "radius": "Distances from the origin are exact; directions are those of a fixed principal plane.",
    "poincare": "The view from the centroid of the real points, projected on a fixed plane: a rough but steady layout.",
    "umap": "Neighbourhoods are kept as well as a plane allows; radii and directions mean nothing.",
}
"""The views by name, and what each preserves."""


@dataclass(frozen=True)
class Geometry:
    """What turns features into points of a hyperbolic space.

    Attributes:
        curvature: K < 0.
        feature_scale: factor on the features, > 0.
        clamp: largest √|K|·radius, > 0, or None.
        centroid: "closed" or "karcher", see `hdd.geometry.centroids`.
    """

    curvature: float
    feature_scale: float
    clamp: float | None
    centroid: str

    @classmethod
    def of(cls, settings: Settings, feature_scale: float) -> "Geometry":
        """The geometry of a run's settings; `feature_scale` is the factor in force, of its newest step."""
        return cls(settings.curvature, feature_scale, settings.clamp, settings.centroid)


@dataclass(frozen=True, eq=False)
class Projection:
    """N real and C·ipc synthetic images, class after class, in the hyperbolic plane of curvature −1.

    All 2-D points are float64 tangent vectors at the plane's origin (`hdd.geometry.to_ball` maps them to the disk);
    their length is √|K| times a distance in the space of curvature K.

    Attributes:
        view: a key of `VIEWS`.
        real: (N, 2); in the view "umap" rows of images that are not drawn are NaN.
        synthetic: (C·ipc, 2).
        real_centroids, synthetic_centroids: (C, 2). Drawn where the view puts the exact centroid in feature space,
            except in "umap", where they are closed-form centroids of the drawn points.
        geodesics: (C, S, 2), from the real to the synthetic centroid of each class.
        real_radius, synthetic_radius: (N,) and (C·ipc,), exact √|K|·radius in feature space, after the clamp.
        synthetic_clamped: (C·ipc,) bool, whether the clamp shortened the feature.
        gap: (C,) √|K|·distance of the two centroids of each class in feature space.
    """

    view: str
    real: np.ndarray
    synthetic: np.ndarray
    real_centroids: np.ndarray
    synthetic_centroids: np.ndarray
    geodesics: np.ndarray
    real_radius: np.ndarray
    synthetic_radius: np.ndarray
    synthetic_clamped: np.ndarray
    gap: np.ndarray


@dataclass(frozen=True)
class Faithfulness:
    """How well a view keeps what it draws; each figure is at most 1, and NaN where it is not defined.

    Attributes:
        trustworthiness: 1 if all neighbours in the view are neighbours in feature space.
        continuity: 1 if all neighbours in feature space are neighbours in the view.
        radius_rank: Spearman's rank correlation of radii; NaN where all are equal.
        points: that were compared.
        neighbours: k of the first two figures.
    """

    trustworthiness: float
    continuity: float
    radius_rank: float
    points: int
    neighbours: int


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The real training images nearest to an image, nearest first.

    Attributes:
        indices: (k,) int64, into the training images.
        distances: (k,) float64 ≥ 0.
        labels: (k,) int64.
    """

    indices: np.ndarray
    distances: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class Nearest:
    """Nearest training images of one image.

    Attributes:
        pixels: by the root mean square difference of pixels in [0, 1], as 8-bit pictures.
        features: by the Euclidean distance of viewing features, before scale and clamp.
    """

    pixels: Neighbours
    features: Neighbours
