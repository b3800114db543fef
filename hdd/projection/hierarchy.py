"""The images of one class from the root to the leaves, and whether other networks would order them alike.

The paper (HDD, NeurIPS 2025, figure 1) expects typical images near the centroid of their class, and atypical ones far
from it.
"""

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor

from hdd.geometry import centroid, distance, pairwise_distance
from hdd.geometry.embed import clamp_radius
from hdd.geometry.numerics import norm
from hdd.projection.charts import within_reach
from hdd.projection.records import Geometry, Hierarchy, Pruning
from hdd.projection.space import ALL_KEPT, ViewingSpace

OTHERS = 3
"""Other random networks that are asked for the order of the real images."""

SHOWN = 60
"""Real images in the tree, at most: evenly spaced in their order."""


def hierarchy(
    space: ViewingSpace,
    images: Tensor | np.ndarray,
    labels: np.ndarray,
    geometry: Geometry,
    label: int,
    pruning: Pruning = ALL_KEPT,
) -> Hierarchy:
    """Orders the images of a class.

    Args:
        space: the viewing space.
        images: (M, channels, H, W), normalised synthetic images.
        labels: (M,) their classes.
        geometry: the geometry in which features are points.
        label: the class.
        pruning: of the real images: the centroid is that of the kept ones.
    """
    geometry = space.measured(geometry)
    scene, _ = space.scene(images, labels, geometry, pruning)
    drawn = space.draw(scene, "classes", geometry, pruning)
    root = scene.real_centroids[label]
    own, made = np.flatnonzero(scene.labels == label), np.flatnonzero(labels == label)
    real, synthetic = scene.real[torch.from_numpy(own)], scene.synthetic[torch.from_numpy(made)]
    to_root = _to_root(real, root)
    order = np.argsort(to_root, kind="stable")
    shown = order[np.unique(np.linspace(0, len(own) - 1, min(SHOWN, len(own))).astype(int))]
    order = np.argsort(_to_root(synthetic, root), kind="stable")
    points = torch.cat([real[torch.from_numpy(shown)], synthetic[torch.from_numpy(order)]])
    distances = _to_root(points, root)
    radius, kept = float(norm(real).median()), scene.kept[own]
    others = [_through_another(space, own, geometry, number, kept, radius) for number in range(1, OTHERS + 1)]
    return Hierarchy(
        label,
        own[shown],
        made[order],
        distances,
        torch.cat([drawn.real[own[shown]], drawn.synthetic[made[order]]]).cpu().numpy(),
        parents(points, distances),
        float(np.mean([np.corrcoef(rankdata(to_root), rankdata(other))[0, 1] for other in others])),
    )


def _to_root(points: Tensor, root: Tensor) -> np.ndarray:
    return distance(within_reach(points), root).cpu().numpy()


def _through_another(
    space: ViewingSpace, rows: np.ndarray, geometry: Geometry, number: int, kept: np.ndarray, radius: float
) -> np.ndarray:
    """The distances of real images of a class to the centroid of the kept ones, through another random network.

    `radius` is the median radius that its features are scaled to.
    """
    features = space.features_of_another(rows, number)
    if geometry.feature_centre == "mean":
        features = features - features.mean(dim=0)
    points = clamp_radius(features * (radius / norm(features).median()), -1.0, geometry.clamp)
    near = within_reach(points)
    return _to_root(points, centroid(near[torch.from_numpy(kept)], kind=geometry.centroid))


def parents(points: Tensor, distances: np.ndarray) -> np.ndarray:
    """The tree of `Hierarchy.parents`.

    Args:
        points: (n, D) tangent vectors at the origin, for curvature −1.
        distances: (n,) to the root.
    """
    apart = pairwise_distance(within_reach(points), within_reach(points)).cpu().numpy()
    apart = np.where(distances[None] < distances[:, None], apart, np.inf)
    nearest = apart.argmin(axis=1)
    return np.where(apart[np.arange(len(apart)), nearest] < distances, nearest, -1)
