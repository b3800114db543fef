"""Records of the viewing network, of the geometry of a drawing, and of the drawing itself.

This module does not import torch, so that viewers can use it. All records can be sent to another process.
"""

from dataclasses import dataclass

import numpy as np

from hdd.settings import Settings


@dataclass(frozen=True)
class Geometry:
    """What turns features into points of a hyperbolic space.

    Attributes:
        curvature: K < 0.
        feature_scale: factor on the features, > 0; None if it has not been measured yet.
        clamp: largest √|K|·radius, > 0, or None.
        centroid: "closed" or "karcher", see `hdd.geometry.centroids`.
        feature_centre: what is subtracted from the features, before the scale: "none", or "mean", the mean of the real
            ones.
    """

    curvature: float
    feature_scale: float | None
    clamp: float | None
    centroid: str
    feature_centre: str = "none"

    @classmethod
    def of(cls, settings: Settings, feature_scale: float | None) -> "Geometry":
        """The geometry of a run's settings; `feature_scale` is the factor in force at its newest step."""
        return cls(settings.curvature, feature_scale, settings.clamp, settings.centroid, settings.feature_centre)


@dataclass(frozen=True)
class Pruning:
    """Which real images are left out of matching; see the knobs pruning_rate, pruning_score and pruning_keep."""

    rate: float
    score: str
    keep: str

    @classmethod
    def of(cls, settings: Settings) -> "Pruning":
        """The pruning of a run's settings."""
        return cls(settings.pruning_rate, settings.pruning_score, settings.pruning_keep)


@dataclass(frozen=True)
class Viewing:
    """How images are viewed: next to which real images, and through which network, which is drawn once and kept.

    Attributes:
        dataset: name of the data set of the real images, see `hdd datasets`.
        image_size: side in pixels to which the real images are resized; None keeps the size of the data set.
        unreadable: what is done about real images that cannot be read, "refuse" or "skip".
        fingerprint: the fingerprint that the data set must have; None allows any.
        seed: seed of the network and of the sample of real images.
        decoder: how stored synthetic images become the images that are viewed, a key of `hdd.sets.decoders.DECODERS`.
        network: "random", drawn as those that match, or "trained" on the real images.
        network_width, network_depth: width and depth of the network.
        device: device of the network; the CPU is used if this machine does not have it.
        geometry: geometry under which views learn where to draw; if it has no scale, one is measured.
        target_radius: median √|K|·radius that the real images have under a measured scale.
        classes: number of classes that the data set must have; None allows any.
        normalisation: (mean, std) of the synthetic images, one number per channel; None takes those of the data set.
    """

    dataset: str
    image_size: int | None
    unreadable: str
    fingerprint: str | None
    seed: int
    network_width: int
    network_depth: int
    device: str
    geometry: Geometry
    target_radius: float
    classes: int | None = None
    normalisation: tuple[tuple[float, ...], tuple[float, ...]] | None = None
    decoder: str = "plain"
    network: str = "random"

    @classmethod
    def of(cls, settings: Settings, fingerprint: str | None = None, decoder: str = "plain") -> "Viewing":
        """How a run is viewed: with its own data set and decoder, and a network with its seed, width and depth."""
        return cls(
            dataset=settings.dataset,
            image_size=settings.image_size,
            unreadable=settings.unreadable,
            fingerprint=fingerprint,
            seed=settings.seed,
            network_width=settings.network_width,
            network_depth=settings.network_depth,
            device=settings.device,
            geometry=Geometry.of(settings, None if settings.feature_scale == "auto" else settings.feature_scale),
            target_radius=settings.target_radius,
            decoder=decoder,
        )


@dataclass(frozen=True, eq=False)
class Projection:
    """N real images, sorted by class, and M synthetic images, drawn in the hyperbolic plane of curvature −1.

    All 2-D points are float64 tangent vectors at the plane's origin (`hdd.geometry.to_ball` maps them to the disk). In
    a view that draws the classes apart, each class has a plane of its own.

    Attributes:
        view: a key of `hdd.projection.VIEWS`.
        kept: (N,) bool, which real images pruning keeps.
        real: (N, 2).
        synthetic: (M, 2).
        real_centroids, synthetic_centroids: (C, 2), the centroids that are matched, where the view draws them: those of
            the kept images of both kinds. NaN for a class without synthetic images.
        geodesics: (C, S, 2), from the real to the synthetic centroid of each class in the drawing; NaN if a centroid is
            missing.
        real_radius, synthetic_radius: (N,) and (M,), the exact √|K|·radius in feature space, after the clamp.
        synthetic_clamped: (M,) bool, whether the clamp shortened the feature.
        real_distance, synthetic_distance: (N,) and (M,), √|K|·distance to the real centroid of the own class.
        real_quantiles, synthetic_quantiles: (C + 1, 5), how these distances are spread in each class and, in the last
            row, in all, as `hdd.projection.spread.class_quantiles` gives them; of the kept images of both kinds.
        gap: (C,), √|K|·distance between the two centroids of each class in feature space; NaN if one is missing.
        real_nearest, synthetic_nearest: (N,) and (M,) int64, the class whose real centroid is nearest in feature space.
        clamp_ring: (S, 2), the line that no point of the drawing can cross because of the clamp; empty if there is no
            clamp, or the view does not say where it is.
    """

    view: str
    kept: np.ndarray
    real: np.ndarray
    synthetic: np.ndarray
    real_centroids: np.ndarray
    synthetic_centroids: np.ndarray
    geodesics: np.ndarray
    real_radius: np.ndarray
    synthetic_radius: np.ndarray
    synthetic_clamped: np.ndarray
    real_distance: np.ndarray
    synthetic_distance: np.ndarray
    real_quantiles: np.ndarray
    synthetic_quantiles: np.ndarray
    gap: np.ndarray
    real_nearest: np.ndarray
    synthetic_nearest: np.ndarray
    clamp_ring: np.ndarray


@dataclass(frozen=True)
class Faithfulness:
    """How well a drawing preserves the space.

    Attributes:
        trustworthiness: 1 if all neighbours in the drawing are neighbours in feature space.
        continuity: 1 if all neighbours in feature space are neighbours in the drawing.
        class_accuracy: fraction of points whose class is that of most of their neighbours in the drawing; None if the
            classes are drawn apart.
        own_class_accuracy: the same with the neighbours in feature space.
        points: number of points that were compared.
        neighbours: number of neighbours k.
    """

    trustworthiness: float
    continuity: float
    class_accuracy: float | None
    own_class_accuracy: float | None
    points: int
    neighbours: int


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The real training images that are nearest to an image, the nearest first.

    Attributes:
        indices: (k,) int64, indices of training images.
        distances: (k,) float64 ≥ 0.
        labels: (k,) int64.
    """

    indices: np.ndarray
    distances: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest training images of one image, by two distances.

    Attributes:
        pixels: by the root mean square difference of the pixels of 8-bit pictures, in [0, 1].
        features: by the Euclidean distance of the viewing network's features, before scale and clamp.
    """

    pixels: Neighbours
    features: Neighbours


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """The images of one class, from the root to the leaves: by their distance to the real centroid of the class.

    R real images and M synthetic ones are together the n = R + M images of the tree, real ones first.

    Attributes:
        label: the class.
        real: (R,) int64, rows of the real sample, ascending by distance.
        synthetic: (M,) int64, positions among the synthetic images, ascending by distance.
        distances: (n,) √|K|·distance to the centroid of the class, exact.
        places: (n, 2) tangent vectors at the origin of the class disk, which is the centroid; of length `distances`.
        parents: (n,) int64, the image that each one hangs on: the nearest one among those that are nearer to the root;
            −1 if none is nearer to it than the root.
        agreement: mean Spearman correlation of the order of the real images with their orders through other networks,
            −1 to 1; near 0 if the order says nothing about the images.
    """

    label: int
    real: np.ndarray
    synthetic: np.ndarray
    distances: np.ndarray
    places: np.ndarray
    parents: np.ndarray
    agreement: float
