"""The formulas of the metrics, against independent computations."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hdd.audit.base import by_class
from hdd.audit.copies import copying_z
from hdd.audit.distances import NUMBERS, nearest
from hdd.audit.kid import unbiased_mmd
from hdd.audit.manifolds import prdc
from hdd.audit.pixels import fine_share
from hdd.audit.redundancy import vendi_score
from hdd.audit.spread import mean_distance


def points(count, size, seed=0, shift=0.0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, size)) + shift)


def apart(one, other):
    return np.sqrt(((one[:, None].numpy() - other[None].numpy()) ** 2).sum(-1))


def test_the_nearest_rows_are_those_of_all_pairs_of_distances(monkeypatch):
    # A block holds a part of the rows only.
    monkeypatch.setattr("hdd.audit.distances.NUMBERS", 300)
    rows = torch.from_numpy(np.random.default_rng(1).integers(0, 256, (80, 12)).astype(np.uint8))
    targets = rows[[3, 40, 79]].float() / 255
    targets[1] += 0.1
    distances, found = nearest(targets, rows, 7, divisor=255)
    exact = apart(targets.double(), rows.double() / 255)
    np.testing.assert_allclose(distances, np.sort(exact, axis=1)[:, :7], atol=1e-6)
    assert distances[0, 0] == pytest.approx(0, abs=1e-7)
    assert found[:, 0].tolist() == [3, 40, 79]
    assert NUMBERS > 300


def test_there_are_at_most_as_many_neighbours_as_rows():
    distances, found = nearest(points(4, 3), points(2, 3, 1), 50)
    assert distances.shape == found.shape == (4, 2)


@given(st.integers(2, 12), st.integers(2, 12), st.integers(0, 1000))
def test_the_copying_z_counts_who_is_nearer(m, n, seed):
    random = np.random.default_rng(seed)
    synthetic, held_out = random.random(m), random.random(n)
    farther = sum(a > b for a in synthetic for b in held_out)
    expected = (farther - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12)
    assert copying_z(synthetic, held_out) == pytest.approx(expected)


def test_copies_are_far_below_zero_and_images_unlike_any_far_above():
    held_out = np.random.default_rng(0).random(200) + 1
    assert copying_z(held_out / 10, held_out) < -10
    assert copying_z(held_out * 10, held_out) > 10
    assert copying_z(held_out, held_out) == pytest.approx(0)


def test_precision_recall_density_and_coverage_by_their_definitions():
    real, made, k = points(30, 4), points(20, 4, 1, shift=0.5), 5

    def ball(each, others):
        return np.sort(apart(each[None], others)[0])[k]

    real_balls = [ball(each, real) for each in real]
    made_balls = [ball(each, made) for each in made]
    between = apart(real, made)
    precision = [any(between[i, j] <= real_balls[i] for i in range(30)) for j in range(20)]
    recall = [any(between[i, j] <= made_balls[j] for j in range(20)) for i in range(30)]
    density = [sum(between[i, j] <= real_balls[i] for i in range(30)) / k for j in range(20)]
    coverage = [min(between[i]) <= real_balls[i] for i in range(30)]
    for found, expected in zip(prdc(real, made, k), (precision, recall, density, coverage), strict=True):
        np.testing.assert_allclose(found, np.array(expected, float))


def test_a_set_far_from_everything_covers_nothing():
    assert [float(each.sum()) for each in prdc(points(30, 4), points(20, 4, 1, shift=100))] == [0, 0, 0, 0]


def test_the_discrepancy_by_sums_over_pairs():
    one, other = points(6, 3), points(5, 3, 1, shift=0.3)

    def kernel(x, y):
        return (float(x @ y) / 3 + 1) ** 3

    own = np.mean([kernel(a, b) for i, a in enumerate(one) for j, b in enumerate(one) if i != j])
    others = np.mean([kernel(a, b) for i, a in enumerate(other) for j, b in enumerate(other) if i != j])
    between = np.mean([kernel(a, b) for a in one for b in other])
    assert unbiased_mmd(one, other) == pytest.approx(own + others - 2 * between)


def test_the_vendi_score_counts_different_images():
    assert vendi_score(torch.ones(6, 3, dtype=torch.float64)) == pytest.approx(1)
    assert vendi_score(torch.eye(6, dtype=torch.float64)) == pytest.approx(6)
    assert vendi_score(torch.eye(3, dtype=torch.float64).repeat(2, 1)) == pytest.approx(3)
    # By its definition, without eigenvalues that round to below 0.
    rows = points(5, 4)
    unit = (rows / rows.norm(dim=1, keepdim=True)).numpy()
    values = np.linalg.svd(unit, compute_uv=False) ** 2 / 5
    assert vendi_score(rows) == pytest.approx(np.exp(-(values * np.log(values)).sum()))


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (16, 10)])
def test_fine_detail_is_that_of_the_whole_spectrum(size):
    images = points(3, 2 * size[0] * size[1]).view(3, 2, *size)
    power = np.abs(np.fft.fft2(images - images.mean((2, 3), keepdim=True))) ** 2
    radius = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.fftfreq(size[1])[None])
    expected = (power * (radius > 0.25)).sum((1, 2, 3)) / power.sum((1, 2, 3))
    np.testing.assert_allclose(fine_share(images), expected)


def test_an_even_image_has_no_detail():
    assert fine_share(torch.full((1, 3, 8, 8), 0.3)).tolist() == [0]


def test_the_mean_distance_leaves_out_that_to_itself():
    rows = points(5, 3)
    pairs = [apart(rows, rows)[i, j] for i in range(5) for j in range(5) if i != j]
    assert mean_distance(rows) == pytest.approx(np.mean(pairs))
    assert math.isnan(mean_distance(rows[:1]))


def test_a_class_without_images_has_no_mean():
    found = by_class(np.array([1.0, 3.0, 5.0]), np.array([0, 0, 2]), 3)
    assert found[0] == 2 and math.isnan(found[1]) and found[2] == 5
