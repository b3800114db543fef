"""The centroids of the classes."""

import math

import numpy as np
import torch
from torch import Tensor

from hdd.geometry import centroid


def class_centroids(points: Tensor, labels: np.ndarray, classes: int, kind: str = "closed") -> Tensor:
    """Centroids (C, D) of the points (M, D) of each class, for curvature −1; NaN for a class without points.

    Args:
        points: tangent vectors at the origin.
        labels: (M,) their classes.
        classes: C.
        kind: "closed" or "karcher", see `hdd.geometry.centroid`.
    """
    own = [np.flatnonzero(labels == label) for label in range(classes)]
    there = [label for label, members in enumerate(own) if len(members)]
    found = torch.full((classes, points.shape[1]), math.nan, dtype=points.dtype, device=points.device)
    if there:
        # Smaller classes are padded with points of weight 0, so that all classes can be averaged at once.
        place, counts = np.arange(max(map(len, own))), np.array([[len(own[label])] for label in there])
        members = np.stack([own[label][np.minimum(place, len(own[label]) - 1)] for label in there])
        weights = torch.from_numpy((place < counts).astype(float)).to(points.device)
        found[there] = centroid(points[torch.from_numpy(members)], weights, kind=kind)
    return found
