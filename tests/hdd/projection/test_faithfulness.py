import math

import numpy as np
import pytest
import torch
from scipy.stats import pearsonr, rankdata
from sklearn.manifold import trustworthiness as sklearn_trustworthiness

from hdd.geometry import pairwise_distance
from hdd.projection.ranks import faithfulness, rank_correlation, trustworthiness


def distances(points):
    return np.linalg.norm(points[:, None] - points[None], axis=-1)


def direct(before, after, k):
    """The definition, one pair at a time."""
    n, excess = len(before), 0
    for i in range(n):
        others = [j for j in range(n) if j != i]
        by_before, by_after = (sorted(others, key=lambda j, d=d: (d[i, j], j)) for d in (before, after))
        excess += sum(by_before.index(j) + 1 - k for j in by_after[:k] if j not in by_before[:k])
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * excess


@pytest.mark.parametrize(("n", "k"), [(30, 5), (21, 10), (3, 1), (40, 1)])
def test_trustworthiness_is_its_definition_and_sklearns(n, k):
    random = np.random.default_rng(n)
    before, after = random.standard_normal((n, 6)), random.standard_normal((n, 2))
    result = trustworthiness(distances(before), distances(after), k)
    assert result == pytest.approx(direct(distances(before), distances(after), k), abs=1e-12)
    assert result == pytest.approx(sklearn_trustworthiness(before, after, n_neighbors=k), abs=1e-12)


def test_ties_go_to_the_lower_number():
    before, after = (np.random.default_rng(i).integers(0, 3, (12, 12)).astype(float) for i in (0, 1))
    assert trustworthiness(before, after, 3) == pytest.approx(direct(before, after, 3), abs=1e-12)


def test_points_of_tiny_radius_are_euclidean():
    random = np.random.default_rng(5)
    before, after = 1e-6 * random.standard_normal((50, 6)), 1e-6 * random.standard_normal((50, 2))
    hyperbolic = [pairwise_distance(*2 * [torch.from_numpy(points)]).numpy() for points in (before, after)]
    radii = [np.linalg.norm(points, axis=1) for points in (before, after)]
    result = faithfulness(*hyperbolic, *radii)
    assert result.trustworthiness == pytest.approx(sklearn_trustworthiness(before, after, n_neighbors=10), abs=1e-12)
    assert result.continuity == pytest.approx(sklearn_trustworthiness(after, before, n_neighbors=10), abs=1e-12)
    assert result.radius_rank == pytest.approx(pearsonr(*map(rankdata, radii)).statistic, abs=1e-6)
    assert (result.points, result.neighbours) == (50, 10)


def test_a_perfect_drawing():
    points = np.random.default_rng(0).standard_normal((25, 2))
    radii = np.linalg.norm(points, axis=1)
    result = faithfulness(distances(points), 3 * distances(points), radii, 3 * radii)
    assert result.trustworthiness == result.continuity == 1
    assert result.radius_rank == pytest.approx(1)


@pytest.mark.parametrize(("n", "k"), [(1, 0), (2, 0), (3, 1), (20, 9), (21, 10)])
def test_few_points_have_fewer_neighbours(n, k):
    points = np.random.default_rng(0).standard_normal((n, 2))
    result = faithfulness(distances(points), distances(points), points[:, 0], points[:, 0])
    assert result.neighbours == k
    assert math.isnan(result.trustworthiness) == math.isnan(result.continuity) == (k == 0)


def test_equal_radii_have_no_rank():
    clamped = 2.3 * (1 + 4e-16 * np.arange(5))
    assert math.isnan(rank_correlation(clamped, np.arange(5.0)))
    assert math.isnan(rank_correlation(np.arange(5.0), clamped))
    assert rank_correlation(np.arange(5.0), -np.arange(5.0)) == pytest.approx(-1)
