"""Measures how faithful a drawing is, by comparing distances before and after.

Sources: Venna & Kaski (2001), "Neighborhood preservation in nonlinear projection methods"; Spearman (1904).
"""

from typing import Any

import numpy as np
from scipy.stats import spearmanr

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


def rank_correlation(before: np.ndarray, after: np.ndarray) -> float:
    """Spearman's ρ of radii (n,) ≥ 0 before and after. Radii that agree to 7 digits tie; if all tie, it is NaN."""
    before, after = before.astype(np.float32), after.astype(np.float32)
    if len(before) < 2 or np.ptp(before) == 0 or np.ptp(after) == 0:
        return float("nan")
    found: Any = spearmanr(before, after)
    return float(found.statistic)


def faithfulness(
    before: np.ndarray, after: np.ndarray, radius_before: np.ndarray, radius_after: np.ndarray
) -> Faithfulness:
    """All measures for n points, from distances (n, n) and radii (n,) before and after; k = 10, or less for n ≤ 20."""
    n = len(before)
    k = min(NEIGHBOURS, (n - 1) // 2)
    ranks, ranks_after = _ranks(before), _ranks(after)
    trust, continuity = (
        _trust(one, other, k) if k else float("nan") for one, other in ((ranks, ranks_after), (ranks_after, ranks))
    )
    return Faithfulness(trust, continuity, rank_correlation(radius_before, radius_after), n, k)
