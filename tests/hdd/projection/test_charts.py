import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from hdd.geometry import distance, exp0, geodesic, log0, pairwise_distance
from hdd.geometry.numerics import norm
from hdd.projection import charts
from hdd.projection.charts import at_length, geodesics, principal_plane, seen_from, shadow, within_reach

RADII = st.sampled_from([1e-6, 0.1, 1.0, 8.0, 30.0])


def spread(seed, count, dimension, radius):
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, dimension))
    vectors *= radius * random.uniform(0.2, 1, (count, 1)) / np.linalg.norm(vectors, axis=1, keepdims=True)
    return torch.from_numpy(vectors)


@given(st.integers(0, 99), st.sampled_from([1e-4, 1.0, 8.0]))
def test_a_view_from_elsewhere_keeps_distances(seed, radius):
    points = spread(seed, 12, 7, radius)
    seen = seen_from(points[0], points)
    expected = pairwise_distance(points, points)
    torch.testing.assert_close(pairwise_distance(seen, seen), expected, rtol=1e-8, atol=1e-8 * radius)
    assert seen[0].norm() <= 1e-12 * radius


@given(st.integers(0, 99), RADII)
def test_a_shadow_is_the_nearest_point_of_the_plane(seed, radius):
    """Its distance from the point has no smaller value nearby, and no distance between shadows grows."""
    points, plane = spread(seed, 9, 5, radius), principal_plane(spread(seed + 1, 9, 5, 1.0))
    feet = shadow(points, plane)
    assert feet.shape == (9, 2)
    assert (pairwise_distance(feet, feet) <= pairwise_distance(points, points) * (1 + 1e-7) + 1e-9 * radius).all()
    away = distance(points, feet @ plane.T)
    for nudge in torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, -1]]).double() * 1e-3 * radius:
        assert (distance(points, (feet + nudge) @ plane.T) >= away * (1 - 1e-12)).all()


def test_a_shadow_drops_the_other_coordinates_of_the_hyperboloid():
    points, plane = spread(3, 9, 5, 2.0), torch.eye(5)[:, :2].double()
    flat = exp0(points)[:, :3]
    expected = log0(flat / (flat[:, :1] ** 2 - flat[:, 1:].square().sum(dim=1, keepdim=True)).sqrt())
    torch.testing.assert_close(shadow(points, plane), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("radius", [0.0, 1e-100, 1e-8, 3.0, 300.0, 699.0])
def test_a_shadow_of_a_point_in_the_plane_is_the_point(radius):
    points = spread(0, 5, 2, 1.0)
    points = radius * points / norm(points)[:, None]
    torch.testing.assert_close(shadow(points, torch.eye(2).double()), points, rtol=1e-12, atol=0)


def test_a_length_without_direction_goes_right():
    vectors = torch.tensor([[0.0, 0.0], [0.0, -2.0]]).double()
    assert at_length(vectors, torch.tensor([3.0, 4.0]).double()).tolist() == [[3.0, 0.0], [0.0, -4.0]]


@pytest.mark.parametrize("dense_up_to", [512, 1])
def test_principal_plane_is_that_of_pca(monkeypatch, dense_up_to):
    monkeypatch.setattr(charts, "_DENSE_UP_TO", dense_up_to)
    vectors = spread(3, 40, 9, 2.0) * torch.arange(1, 10)
    plane = principal_plane(vectors).numpy()
    expected = PCA(2).fit(vectors.numpy()).components_.T
    np.testing.assert_allclose(np.abs(plane.T @ expected), np.eye(2), atol=1e-10)
    assert (plane[np.abs(plane).argmax(axis=0), [0, 1]] > 0).all()


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1)])
def test_principal_plane_of_too_few_dimensions_has_axes_of_zero(shape):
    plane = principal_plane(torch.ones(shape).double())
    assert plane.shape == (shape[1], 2) and torch.isfinite(plane).all()


@given(st.integers(0, 99), st.sampled_from([0.01, 1.0, 5.0]))
def test_geodesics_are_the_shortest_paths_and_bow_towards_the_root(seed, radius):
    start, end = spread(seed, 6, 2, radius), spread(seed + 1, 6, 2, radius)
    path = geodesics(start, end, 9)
    assert torch.equal(path[:, 0], start) and torch.equal(path[:, -1], end)
    for i, t in enumerate(torch.linspace(0, 1, 9)[1:-1].tolist()):
        torch.testing.assert_close(path[:, i + 1], geodesic(start, end, t), rtol=1e-12, atol=1e-12)
    # The distance from the root is convex along a geodesic, so no inner point is further out than the straight line.
    along = torch.linspace(0, 1, 9).double()[None, :]
    straight = norm(start)[:, None] * (1 - along) + norm(end)[:, None] * along
    assert (norm(path) <= straight * (1 + 1e-9)).all()


@given(st.integers(0, 99), st.sampled_from([0.0, 1e-50, 1e-12, 1e-3, 0.1, 0.5, 1.0]))
def test_far_paths_are_those_of_a_tree(seed, turn):
    """Against the exact geodesic, at radii where there still is one, as far apart as they are drawn in polar form."""
    start, end = spread(seed, 5, 4, 300.0), spread(seed + 1, 5, 4, 300.0)
    end = turn * end + (1 - turn) * start * 0.9
    exact = geodesics(start, end, 9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "GEODESIC_REACH", 0.0)
        tree = geodesics(start, end, 9)
    assert ((exact - tree).norm(dim=-1) < 2).all()


def test_only_far_paths_are_trees():
    start, end = spread(1, 2, 6, 1.0), spread(2, 2, 6, 1.0)
    start[1] *= 600
    path = geodesics(start, end, 9)
    assert torch.isfinite(path).all()
    torch.testing.assert_close(path[0], geodesics(start[:1], end[:1], 9)[0], rtol=0, atol=0)


def test_far_points_are_moved_within_reach():
    points = torch.tensor([[3.0, 4.0], [3e9, 4e9]]).double()
    torch.testing.assert_close(within_reach(points), torch.tensor([[3.0, 4.0], [420.0, 560.0]]).double())
    assert math.isfinite(float(norm(seen_from(points[0], points)).max()))
