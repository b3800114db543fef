"""Where images are in hyperbolic space: their distance to the root of their class, the clamp, and the centroids.

The space is that of `hdd.projection`: features of the viewing network under the geometry of the default preset, or of
the run that the set comes from.
"""

import math

import numpy as np
import torch
from torch import Tensor

from hdd.audit.base import Measure, Metric, by_class
from hdd.audit.subject import Subject
from hdd.geometry import centroid, distance
from hdd.geometry.numerics import norm
from hdd.projection.charts import within_reach

ROOT = "√|K|"


def measure(subject: Subject) -> list[Measure]:
    """Compares the set with unseen real images, under the same geometry."""
    labels, classes = subject.labels, len(subject.classes)
    geometry = subject.space.initial_geometry
    scene, unclamped = subject.space.scene(subject.images.normalised, labels, geometry)
    unseen, _ = subject.space.scene(subject.held_out.normalised, subject.held_out.labels, geometry)
    own, real = (_to_root(each.synthetic, each.synthetic_labels, scene.real_centroids) for each in (scene, unseen))
    radius, real_radius = (norm(each.synthetic).cpu().numpy() for each in (scene, unseen))
    gap, clamped = scene.gap.cpu().numpy(), (norm(unclamped) > (geometry.clamp or math.inf)).cpu().numpy().astype(float)
    apart = _closed_to_karcher(scene.synthetic, labels, classes)
    median, real_median = float(np.median(own)), float(np.median(real))
    return [
        Measure(
            "distance to the root",
            median,
            f"The median image is {median:.2f} from the real centroid of its class, unseen real images are "
            f"{real_median:.2f} (units of 1/√|K|).",
            ROOT,
            control=real_median,
            per_class=by_class(own, labels, classes),
            per_image=own,
        ),
        Measure(
            "radius",
            float(np.median(radius)),
            f"The median radius is {np.median(radius):.2f}, of unseen real images {np.median(real_radius):.2f} (units "
            f"of 1/√|K|, K = {geometry.curvature:g}).",
            ROOT,
            control=float(np.median(real_radius)),
            per_class=by_class(radius, labels, classes),
            per_image=radius,
        ),
        Measure(
            "centroid gap",
            float(np.nanmean(gap)),
            f"The centroids of the set and of real images are {np.nanmean(gap):.2f} apart on average over classes.",
            ROOT,
            per_class=gap,
        ),
        Measure(
            "clamped",
            float(clamped.mean()),
            "Features are not clamped." if geometry.clamp is None else f"{100 * clamped.mean():.0f} % are clamped.",
            per_class=by_class(clamped, labels, classes),
            per_image=clamped,
        ),
        Measure(
            "closed to Karcher centroid",
            float(np.nanmean(apart)),
            f"The closed-form centroid of a class is {np.nanmean(apart):.2g} from the Karcher mean of its images.",
            ROOT,
            per_class=apart,
        ),
    ]


def _to_root(points: Tensor, labels: np.ndarray, centroids: Tensor) -> np.ndarray:
    """The distances (M,) of points to the real centroids of their classes."""
    return distance(within_reach(points), centroids[torch.from_numpy(labels)]).cpu().numpy()


def _closed_to_karcher(points: Tensor, labels: np.ndarray, classes: int) -> np.ndarray:
    """(C,) the distance between the closed-form and the Karcher centroid of the points of each class."""
    found = np.full(classes, np.nan)
    for label in np.unique(labels).tolist():
        own = within_reach(points[torch.from_numpy(labels == label)])
        found[label] = float(distance(centroid(own, kind="closed"), centroid(own, kind="karcher")))
    return found


METRIC = Metric(
    "Level in hyperbolic space",
    "Shows whether synthetic images lie nearer to the root of their class than real ones, as the paper says of them. "
    "Distances are those in the features of one network under one geometry.",
    "HDD (NeurIPS 2025); `hdd.geometry`",
    measure,
)
