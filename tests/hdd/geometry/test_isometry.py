import math

import oracle
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.geometry import distance, geodesic, translate, transport

vectors = st.lists(st.floats(-6, 6), min_size=3, max_size=3).map(lambda x: torch.tensor(x, dtype=torch.float64))
curvatures = st.sampled_from([-0.1, -1.0, -3.0])


def awkward_points(dimension):
    """Generic, zero, coincident and collinear pairs."""
    generator = torch.Generator().manual_seed(0)
    x, y = torch.randn(2, 7, dimension, dtype=torch.float64, generator=generator)
    y[0], x[1], y[2], y[3], x[4], y[4], y[5] = 0, 0, x[2], -2 * x[3], 0, 0, 2 * x[5]
    return x.requires_grad_(), y.requires_grad_()


@settings(derandomize=True, deadline=None, max_examples=60)
@given(vectors, vectors, vectors, curvatures)
def test_translation_keeps_distances(x, y, by, curvature):
    moved = distance(translate(x, by, curvature), translate(y, by, curvature), curvature)
    torch.testing.assert_close(moved, distance(x, y, curvature), rtol=1e-7, atol=1e-7)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(vectors, vectors, curvatures)
def test_translation_has_an_inverse_and_carries_the_origin(x, by, curvature):
    torch.testing.assert_close(translate(translate(x, by, curvature), -by, curvature), x, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(translate(torch.zeros_like(by), by, curvature), by, rtol=1e-14, atol=0)
    torch.testing.assert_close(translate(-by, by, curvature), torch.zeros_like(by), rtol=0, atol=0)


@pytest.mark.parametrize("radius", [1.0, 10.0, 30.0, 100.0])
def test_translation_carries_a_far_point_to_its_exact_radius(radius):
    by = oracle.directions(5, 4, 0) * radius
    u = -by + 1e-6 * oracle.directions(5, 4, 1)
    for found, x, y in zip(translate(u, by).norm(dim=-1), u, -by, strict=True):
        assert oracle.error(found, oracle.distance(x, y, -1.0)) <= 1e-13


def test_translation_along_one_ray_adds_radii():
    # Whole multiples, so that the vectors are parallel to the last bit.
    ray = torch.tensor([3.0, 4.0, 12.0], dtype=torch.float64)
    torch.testing.assert_close(translate(3 * ray, 5 * ray), 8 * ray, rtol=1e-14, atol=0)
    torch.testing.assert_close(translate(3 * ray, -5 * ray), -2 * ray, rtol=1e-14, atol=0)


@pytest.mark.parametrize("dimension", [1, 2, 3, 5])
def test_gradients_equal_central_differences_at_awkward_points_too(dimension):
    x, y = awkward_points(dimension)
    w = torch.randn(7, dimension, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).requires_grad_()
    t = torch.linspace(-0.3, 1.2, 7, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda u, by: translate(u, by, -1.7), (x, y), atol=1e-6)
    assert torch.autograd.gradcheck(lambda u, v, f: geodesic(u, v, f, -1.7), (x, y, t), atol=1e-6)
    assert torch.autograd.gradcheck(lambda z, u, v: transport(z, u, v, -1.7), (w, x, y), atol=1e-6)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(vectors, vectors, st.floats(0, 1), curvatures)
def test_geodesic_ends_at_its_ends_and_has_equal_speed(u, v, t, curvature):
    whole = distance(u, v, curvature)
    point = geodesic(u, v, t, curvature)
    torch.testing.assert_close(geodesic(u, v, 0.0, curvature), u, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(geodesic(u, v, 1.0, curvature), v, rtol=1e-13, atol=1e-13)
    torch.testing.assert_close(distance(u, point, curvature), t * whole, rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(distance(point, v, curvature), (1 - t) * whole, rtol=1e-7, atol=1e-7)


def test_geodesic_between_far_points_passes_near_the_origin():
    u, v = oracle.directions(2, 3, 0) * 100
    middle = geodesic(u, v, 0.5)
    half_angle = torch.acos((u @ v) / 1e4) / 2
    # The foot of the perpendicular of an ideal geodesic: tanh r = cos of half its angle.
    torch.testing.assert_close(torch.tanh(middle.norm()), torch.cos(half_angle), rtol=1e-12, atol=0)


def test_geodesic_takes_many_fractions_at_once():
    u, v = oracle.directions(2, 3, 0)
    t = torch.linspace(0, 1, 5, dtype=torch.float64)
    path = geodesic(u, v, t)
    assert path.shape == (5, 3)
    torch.testing.assert_close(path[2], geodesic(u, v, 0.5), rtol=0, atol=0)
    assert geodesic(u.float(), v.float(), 0.5).dtype == torch.float32


def test_transport_keeps_lengths_and_angles_and_undoes_itself():
    x, y = (z.detach() for z in awkward_points(4))
    w = oracle.directions(14, 4, 0).view(2, 7, 4)
    moved = transport(w, x, y, -0.7)
    torch.testing.assert_close(moved.norm(dim=-1), w.norm(dim=-1))
    torch.testing.assert_close((moved[0] * moved[1]).sum(dim=-1), (w[0] * w[1]).sum(dim=-1))
    torch.testing.assert_close(transport(moved, y, x, -0.7), w)


def test_transport_carries_the_direction_of_the_geodesic_along():
    x, y = oracle.directions(2, 4, 0) * 1.5
    torch.testing.assert_close(transport(translate(y, -x), x, y), -translate(x, -y))


def test_transport_round_a_triangle_turns_by_curvature_times_area():
    x, y = torch.tensor([[1.2, 0.0], [0.5, 0.9]], dtype=torch.float64)
    for curvature in (-0.5, -2.0):
        to_y, to_origin = translate(y, -x, curvature), -x
        at_x = math.acos((to_y @ to_origin) / (to_y.norm() * to_origin.norm()))
        to_x, to_origin = translate(x, -y, curvature), -y
        at_y = math.acos((to_x @ to_origin) / (to_x.norm() * to_origin.norm()))
        at_origin = math.acos((x @ y) / (x.norm() * y.norm()))
        defect = math.pi - at_x - at_y - at_origin
        w = torch.tensor([1.0, 0.0], dtype=torch.float64)
        turned = transport(w, x, y, curvature)
        assert math.atan2(turned[1], turned[0]) == pytest.approx(-defect, rel=1e-10)
