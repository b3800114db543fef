import math

import numpy as np
import pytest
import torch
from sklearn.manifold import trustworthiness as sklearn_trustworthiness
from sklearn.neighbors import KNeighborsClassifier

from hdd.geometry import pairwise_distance
from hdd.projection.faithfulness import class_accuracy, faithfulness, trustworthiness


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


def test_class_accuracy_is_that_of_sklearns_classifier():
    random = np.random.default_rng(1)
    labels = np.repeat(np.arange(4), 15)
    points = random.standard_normal((60, 3)) + labels[:, None]
    expected = [
        KNeighborsClassifier(5).fit(np.delete(points, i, 0), np.delete(labels, i)).predict(points[i : i + 1])[0]
        for i in range(60)
    ]
    assert class_accuracy(distances(points), labels, 5) == pytest.approx((np.array(expected) == labels).mean())


def points_of(seed, count, dimension, scale=1e-6):
    return torch.from_numpy(scale * np.random.default_rng(seed).standard_normal((count, dimension)))


def test_points_of_tiny_radius_are_euclidean():
    before, after = points_of(5, 50, 6), points_of(6, 50, 2)
    labels = np.arange(50) % 3
    result = faithfulness(before, after, labels, apart=False)
    one, other = before.numpy(), after.numpy()
    assert result.trustworthiness == pytest.approx(sklearn_trustworthiness(one, other, n_neighbors=10), abs=1e-3)
    assert result.continuity == pytest.approx(sklearn_trustworthiness(other, one, n_neighbors=10), abs=1e-3)
    assert result.class_accuracy == pytest.approx(class_accuracy(distances(other), labels, 10))
    assert result.own_class_accuracy == pytest.approx(class_accuracy(distances(one), labels, 10))
    assert (result.points, result.neighbours) == (50, 10)


def test_distances_are_hyperbolic():
    """Two points at the rim are further apart than their chord says."""
    before, after = points_of(1, 40, 4, 3.0), points_of(2, 40, 2, 3.0)
    expected = trustworthiness(*(pairwise_distance(*2 * [each.float()]).numpy() for each in (before, after)), 10)
    assert faithfulness(before, after, np.zeros(40, int), apart=False).trustworthiness == pytest.approx(expected)


def test_a_perfect_drawing():
    points = points_of(0, 25, 2, 1.0)
    result = faithfulness(points, points, np.zeros(25, int), apart=False)
    assert result.trustworthiness == result.continuity == result.class_accuracy == 1


def test_classes_drawn_apart_are_compared_apart():
    """Each class is drawn perfectly, but all on top of each other."""
    points, labels = points_of(0, 40, 2, 1.0), np.repeat([0, 1], 20)
    shifted = torch.cat([points[:20] + 5, points[20:] - 5])
    apart = faithfulness(points, points, labels, apart=True)
    assert apart.trustworthiness == 1 and apart.class_accuracy is None and apart.neighbours == 9
    assert faithfulness(shifted, points, labels, apart=False).trustworthiness < 0.9


@pytest.mark.parametrize(("n", "k"), [(1, 0), (2, 0), (3, 1), (20, 9), (21, 10)])
def test_few_points_have_fewer_neighbours(n, k):
    points = points_of(0, n, 2, 1.0)
    result = faithfulness(points, points, np.zeros(n, int), apart=False)
    assert result.neighbours == k
    assert math.isnan(result.trustworthiness) == math.isnan(result.continuity) == (k == 0)
    assert (result.class_accuracy is None) == (k == 0)
