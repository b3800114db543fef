import math

import mpmath as mp
import oracle
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.geometry import busemann, distance

seeds = st.integers(0, 2**32)
curvatures = st.floats(-50, -0.02)


def exact(vector, direction, curvature):
    """log(cosh r − sinh r·cos θ)/√|K| in 120 digits, for a direction that is normalised there."""
    with mp.workdps(120):
        scale = mp.sqrt(-mp.mpf(curvature))
        x, v = ([mp.mpf(float(value)) for value in part] for part in (vector, direction))
        size, length = (mp.sqrt(mp.fsum(value**2 for value in part)) for part in (x, v))
        if size == 0:
            return 0.0
        cos = mp.fsum(p * q for p, q in zip(x, v, strict=True)) / (size * length)
        return float(mp.log(mp.cosh(scale * size) - mp.sinh(scale * size) * cos) / scale)


@settings(max_examples=40)
@given(seeds, curvatures, st.floats(1e-6, 40), st.sampled_from([torch.float32, torch.float64]))
def test_it_is_its_definition(seed, curvature, radius, dtype):
    root = math.sqrt(-curvature)
    points = (oracle.directions(3, 4, seed) * radius / root).to(dtype)
    directions = oracle.directions(2, 4, seed + 1).to(dtype)
    found = busemann(points, directions, curvature)
    assert found.dtype == dtype
    expected = [[exact(x, v, curvature) for v in directions] for x in points]
    atol = (1e-12 if dtype == torch.float64 else 3e-6) * (radius + 1e-3) / root
    torch.testing.assert_close(found.double(), torch.tensor(expected, dtype=torch.float64), rtol=1e-5, atol=atol)


@pytest.mark.parametrize("angle", [0.0, 1e-12, 1e-6, 1e-3, 0.1])
@pytest.mark.parametrize("radius", [0.5, 5.0, 15.0])
def test_digits_are_kept_near_the_direction(angle, radius):
    point = radius * torch.tensor([[math.cos(angle), math.sin(angle)]], dtype=torch.float64)
    direction = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    expected = exact(point[0], direction[0], -1.0)
    assert busemann(point, direction).item() == pytest.approx(expected, rel=1e-7)


@settings(max_examples=30)
@given(seeds, curvatures)
def test_it_is_a_limit_of_distances(seed, curvature):
    root = math.sqrt(-curvature)
    points, directions = oracle.directions(4, 3, seed) * 1.5 / root, oracle.directions(2, 3, seed + 1)
    far = 30 / root
    limit = distance(points[:, None], far * directions, curvature) - far
    torch.testing.assert_close(busemann(points, directions, curvature), limit, rtol=1e-9, atol=1e-9 / root)


@settings(max_examples=20)
@given(seeds)
def test_it_changes_by_no_more_than_the_distance(seed):
    points, directions = oracle.directions(6, 3, seed) * 3, oracle.directions(5, 3, seed + 1)
    values = busemann(points, directions)
    apart = (values[:, None] - values).abs().amax(dim=-1)
    assert (apart <= distance(points[:, None], points) + 1e-9).all()


@pytest.mark.parametrize("radius", [0.0, 1e-30, 1.0, 4.0])
def test_gradient(radius):
    points = (oracle.directions(3, 3, 0) * radius).requires_grad_()
    # One direction is that of a point, and one is nearly so.
    nearly = torch.nn.functional.normalize(oracle.directions(3, 3, 0)[1:2] + 1e-3, dim=-1)
    directions = torch.cat([oracle.directions(2, 3, 1), oracle.directions(3, 3, 0)[:1], nearly])
    assert torch.autograd.gradcheck(lambda u: busemann(u, directions, -0.7), points)
    assert torch.autograd.grad(busemann(points, directions).sum(), points)[0].isfinite().all()


@pytest.mark.parametrize("radius", [40.0, 400.0, 1e4])
def test_nothing_overflows(radius):
    points = (oracle.directions(3, 3, 0) * radius).float().requires_grad_()
    directions = torch.cat([oracle.directions(2, 3, 1), oracle.directions(3, 3, 0)]).float()
    values = busemann(points, directions)
    (gradient,) = torch.autograd.grad(values.sum(), points)
    assert values.isfinite().all() and gradient.isfinite().all()
    assert (values.abs() <= radius * (1 + 1e-6)).all()
