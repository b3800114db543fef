import oracle
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.geometry import distance, logarithm, translate

seeds = st.integers(0, 2**32)


@settings(max_examples=40)
@given(seeds, st.floats(-20, -0.05), st.floats(0, 6), st.floats(0, 6))
def test_it_is_the_inverse_translation(seed, curvature, radius, centre_radius):
    unit = 1 / (-curvature) ** 0.5
    points = oracle.directions(10, 4, seed).view(2, 5, 4) * radius * unit
    centre = oracle.directions(2, 4, seed + 1) * centre_radius * unit
    expected = translate(points, -centre[:, None], curvature)
    torch.testing.assert_close(logarithm(points, centre, curvature), expected, rtol=1e-9, atol=1e-11 * unit)
    rounded = logarithm(points.float(), centre.float(), curvature)
    torch.testing.assert_close(rounded.double(), expected, rtol=1e-3, atol=1e-3 * unit)


@pytest.mark.parametrize("apart", [1e-9, 1e-4, 1.0])
@pytest.mark.parametrize("radius", [0.1, 3.0, 8.0])
def test_points_near_the_centre_keep_their_distance(apart, radius):
    centre = oracle.directions(1, 4, 0)[0] * radius
    points = centre + apart * oracle.directions(5, 4, 1)
    expected = distance(points, centre)
    torch.testing.assert_close(logarithm(points, centre).norm(dim=-1), expected, rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize("radius", [0.0, 0.5, 3.0])
def test_gradient(radius):
    points = (oracle.directions(4, 3, 0) * 2).view(1, 4, 3)
    points = torch.cat([points, 0 * points[:, :1]], dim=1).requires_grad_()
    centre = oracle.directions(4, 3, 0)[:1] * radius
    assert torch.autograd.gradcheck(lambda u: logarithm(u, centre, -0.7), points)


@pytest.mark.parametrize("radius", [40.0, 300.0, 600.0])
def test_nothing_overflows(radius):
    centre = oracle.directions(1, 3, 0)[0] * radius
    points = torch.cat([oracle.directions(3, 3, 1) * radius, centre[None], -centre[None], 0 * centre[None]])
    leaf = points.requires_grad_()
    found = logarithm(leaf, centre)
    (gradient,) = torch.autograd.grad(found.sum(), leaf)
    assert found.isfinite().all() and gradient.isfinite().all()
    torch.testing.assert_close(found.norm(dim=-1), distance(points, centre), rtol=1e-9, atol=1e-9)
