import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from hdd.geometry import distance, geodesic, pairwise_distance
from hdd.projection import charts
from hdd.projection.charts import inner_path, polar, principal_plane, tangent, within_reach

CURVATURES = st.sampled_from([-1e4, -2.5, -1.0, -1e-4])


def spread(seed, count, dimension, radius):
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, dimension))
    vectors *= radius * random.uniform(0.2, 1, (count, 1)) / np.linalg.norm(vectors, axis=1, keepdims=True)
    return torch.from_numpy(vectors)


def plane_of(vectors):
    facing = charts.directions(vectors)
    return facing.mean(dim=0), principal_plane(facing)


@given(st.integers(0, 99), CURVATURES, st.sampled_from([1e-6, 1.0, 30.0, 1e3, 1e8]))
def test_polar_keeps_radii(seed, curvature, radius):
    vectors = spread(seed, 20, 6, radius / math.sqrt(-curvature))
    drawn = polar(vectors, curvature, *plane_of(vectors))
    assert drawn.shape == (20, 2)
    torch.testing.assert_close(drawn.norm(dim=-1), math.sqrt(-curvature) * vectors.norm(dim=-1), rtol=1e-14, atol=0)


def test_polar_turns_no_point_when_its_length_changes():
    vectors = spread(0, 20, 6, 1.0)
    mean, plane = plane_of(vectors)
    near, far = polar(vectors, -1.0, mean, plane), polar(1e-3 * vectors, -400.0, mean, plane)
    torch.testing.assert_close(far, near * 0.02, rtol=1e-12, atol=1e-15)


def test_polar_draws_a_direction_without_component_to_the_right():
    mean, plane = torch.tensor([0.0, 0, 1]).double(), torch.eye(3)[:, :2].double()
    assert polar(torch.tensor([0.0, 0, 3]).double(), -4.0, mean, plane).tolist() == [6.0, 0.0]
    assert polar(torch.zeros(3).double(), -4.0, mean, plane).tolist() == [0.0, 0.0]


@given(st.integers(0, 99), CURVATURES, st.sampled_from([1e-4, 1.0, 8.0]))
def test_tangent_is_an_isometry_followed_by_a_projection(seed, curvature, radius):
    """In two dimensions nothing is lost, and in more the distance from the centre bounds the length."""
    scale = math.sqrt(-curvature)
    flat = spread(seed, 12, 2, radius / scale)
    moved = tangent(flat, curvature, flat[0], torch.eye(2).double())
    expected = scale * pairwise_distance(flat, flat, curvature)
    torch.testing.assert_close(pairwise_distance(moved, moved), expected, rtol=1e-8, atol=1e-8 * radius)
    assert moved[0].norm() <= 1e-12 * radius
    deep = spread(seed, 12, 7, radius / scale)
    drawn = tangent(deep, curvature, deep[0], principal_plane(deep))
    assert (drawn.norm(dim=-1) <= scale * distance(deep, deep[0], curvature) * (1 + 1e-12)).all()


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


def test_paths_are_geodesics():
    start, end = spread(1, 4, 6, 3.0), spread(2, 4, 6, 3.0)
    path = inner_path(start, end, 5, -0.5)
    assert path.shape == (4, 3, 6)
    for step, t in enumerate((0.25, 0.5, 0.75)):
        torch.testing.assert_close(path[:, step], geodesic(start, end, t, -0.5), rtol=1e-12, atol=1e-12)


@given(st.integers(0, 99), st.sampled_from([0.0, 1e-50, 1e-12, 1e-3, 0.1, 0.5, 1.0]))
def test_far_paths_are_those_of_a_tree(seed, turn):
    """Against the exact geodesic, at radii where there still is one, as far apart as they are drawn in polar form."""
    start, end = spread(seed, 5, 4, 300.0), spread(seed + 1, 5, 4, 300.0)
    end = turn * end + (1 - turn) * start * 0.9
    exact = inner_path(start, end, 9, -1.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "GEODESIC_REACH", 0.0)
        tree = inner_path(start, end, 9, -1.0)
    assert ((exact - tree).norm(dim=-1) < 2).all()


def test_only_far_paths_are_trees():
    start, end = spread(1, 2, 6, 1.0), spread(2, 2, 6, 1.0)
    start[1] *= 900
    path = inner_path(start, end, 9, -1.0)
    assert torch.isfinite(path).all()
    torch.testing.assert_close(path[0], inner_path(start[:1], end[:1], 9, -1.0)[0], rtol=0, atol=0)


def test_reach_is_in_units_of_the_curvature():
    vectors = spread(1, 5, 6, 1e6)
    assert torch.equal(within_reach(vectors, -1e-6), vectors)
    torch.testing.assert_close(20 * within_reach(vectors, -400.0).norm(dim=-1), torch.full((5,), 1e3).double())
