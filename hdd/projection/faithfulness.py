"""Measures how faithful a drawing is, by comparing distances before and after.

Source: Venna & Kaski (2001), "Neighborhood preservation in nonlinear projection methods".
"""

import numpy as np
import torch
from torch import Tensor

from hdd.geometry import pairwise_distance
from hdd.projection.charts import within_reach
from hdd.projection.records import Faithfulness

NEIGHBOURS = 10


def _ranks(distances: np.ndarray) -> np.ndarray:
    """For every point, the ranks of all points by their distance, (n, n): 0 for the point itself, 1 for the nearest."""
    own_first = distances.copy()
    np.fill_diagonal(own_first, -1)
    order = own_first.argsort(axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(len(order))[None], axis=1)
    return ranks


def _trust(before: np.ndarray, after: np.ndarray, k: int) -> float:
    n = len(before)
    excess = (before - k).clip(0)[after <= k].sum()
    return float(1 - 2 * excess / (n * k * (2 * n - 3 * k - 1)))


def trustworthiness(before: np.ndarray, after: np.ndarray, k: int) -> float:
    """Measures how few of the k nearest points in a drawing are far away in the original space.

    Args:
        before: (n, n) distances between the points.
        after: (n, n) distances between the drawn points. If the two are swapped, the result is the continuity.
        k: number of neighbours, 1 ≤ k < n/2.

    Returns:
        1 − 2/(nk(2n−3k−1)) · Σ max(0, rank before − k) over the k nearest neighbours of every point in the drawing; in
        [0, 1]. Of two points that are equally far away, the one with the lower number counts as nearer.
    """
    return _trust(_ranks(before), _ranks(after), k)


def class_accuracy(distances: np.ndarray, labels: np.ndarray, k: int) -> float:
    """Fraction of points (n,) whose label is the commonest among their k nearest neighbours, from distances (n, n).

    Of labels that are equally common, the smallest counts.
    """
    return _class_accuracy(_ranks(distances), labels, k)


def _class_accuracy(ranks: np.ndarray, labels: np.ndarray, k: int) -> float:
    nearest = ranks.argsort(axis=1)[:, 1 : k + 1]
    votes = np.stack([np.bincount(labels[row], minlength=labels.max() + 1) for row in nearest])
    return float((votes.argmax(axis=1) == labels).mean())


def faithfulness(points: Tensor, drawn: Tensor, labels: np.ndarray, apart: bool) -> Faithfulness:
    """All measures for n points of curvature −1; k = 10, or less for few points.

    Args:
        points: (n, D) in feature space.
        drawn: (n, 2) in the drawing.
        labels: (n,) their classes.
        apart: whether each class is drawn in a disk of its own; then neighbours are sought within the classes.
    """
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)] if apart else [np.arange(len(labels))]
    found, accuracies = [], (None, None)
    k = min(NEIGHBOURS, (min(map(len, groups)) - 1) // 2)
    for group in groups:
        ranks, ranks_after = (_ranks(_distances(each[torch.from_numpy(group)])) for each in (points, drawn))
        pairs = ((ranks, ranks_after), (ranks_after, ranks))
        found.append([_trust(one, other, k) if k else float("nan") for one, other in pairs])
        if not apart and k:
            accuracies = _class_accuracy(ranks_after, labels, k), _class_accuracy(ranks, labels, k)
    trust, continuity = np.mean(found, axis=0)
    return Faithfulness(float(trust), float(continuity), *accuracies, len(labels), k)


def _distances(points: Tensor) -> np.ndarray:
    # In float32 far fewer pairs need the slow, exact formula.
    near = within_reach(points).float()
    return pairwise_distance(near, near).cpu().numpy()
