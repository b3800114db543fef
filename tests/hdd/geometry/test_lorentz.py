import warnings

import oracle
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.errors import HDDError
from hdd.geometry import distance, exp0, log0, pairwise_distance

CURVATURES = (-0.01, -1.0, -100.0)
RADII = (1e-6, 1e-3, 0.1, 1.0, 2.5, 4.9, 10.0, 20.0, 40.0, 100.0)
SEPARATIONS = (1e-8, 1e-5, 1e-2, 1.0)
DIMENSION = 6


def pairs(radius, separation, curvature, seed=0):
    """Near pairs in every direction, along the ray, across it, on an axis; and, once, generic and opposite pairs.

    Radii and separations are in units of 1/√|K|; nothing is rounded to float32 yet.
    """
    unit = 1 / (-curvature) ** 0.5
    d = oracle.directions(8, DIMENSION, seed)
    axis = torch.eye(DIMENSION, dtype=torch.float64)
    u = torch.stack([d[0], d[1], d[2], axis[0], axis[0]]) * radius
    v = u + separation * torch.stack([d[3], d[1], d[4] - (d[4] @ d[2]) * d[2], axis[0], axis[1]])
    if separation == 1.0:
        more = [(radius * d[5], 0.7 * radius * d[6]), (radius * d[5], -radius * d[5]), (radius * d[6], 2 * d[6])]
        more += [(radius * d[6], 0.5 * radius * d[6]), (radius * axis[0], 0 * axis[0])]
        u, v = torch.cat([u, torch.stack([x for x, _ in more])]), torch.cat([v, torch.stack([y for _, y in more])])
    keep = v.norm(dim=-1) <= 100 + separation
    return u[keep] * unit, v[keep] * unit


def worst(cases):
    return max(
        oracle.error(d, oracle.distance(u, v, k)) for k, us, vs, ds in cases for u, v, d in zip(us, vs, ds, strict=True)
    )


@pytest.mark.parametrize("curvature", CURVATURES)
def test_gate_1_float32_distance_within_1e_7_everywhere(curvature):
    cases = []
    for radius in RADII:
        for separation in SEPARATIONS:
            for seed in range(3):
                u, v = (x.float() for x in pairs(radius, separation, curvature, seed))
                result = distance(u, v, curvature)
                assert result.dtype == torch.float32
                cases.append((curvature, u, v, result))
    assert worst(cases) <= 1e-7


@pytest.mark.parametrize("curvature", CURVATURES)
def test_gate_2_float64_distance_within_1e_15_up_to_radius_5(curvature):
    cases = []
    for radius in (r for r in RADII if r <= 5):
        for separation in SEPARATIONS:
            for seed in range(3):
                u, v = pairs(radius, separation, curvature, seed)
                keep = v.norm(dim=-1) * (-curvature) ** 0.5 <= 5
                cases.append((curvature, u[keep], v[keep], distance(u, v, curvature)[keep]))
    assert worst(cases) <= 1e-15


@pytest.mark.parametrize("curvature", CURVATURES)
def test_gate_2_float64_distance_of_generic_pairs_within_1e_15_at_every_radius(curvature):
    cases = []
    for seed, radius in enumerate(RADII):
        u, v = oracle.directions(20, DIMENSION, seed).split(10)
        u, v = u * radius / (-curvature) ** 0.5, v * torch.linspace(0.1, 1, 10)[:, None] * radius / (-curvature) ** 0.5
        cases.append((curvature, u, v, distance(u, v, curvature)))
    assert worst(cases) <= 1e-15


@pytest.mark.parametrize("curvature", CURVATURES)
def test_gate_2_float64_distance_within_1e_13_beyond(curvature):
    cases = []
    for radius in (10.0, 20.0, 40.0, 100.0):
        for separation in SEPARATIONS:
            for seed in range(3):
                u, v = pairs(radius, separation, curvature, seed)
                cases.append((curvature, u, v, distance(u, v, curvature)))
    assert worst(cases) <= 1e-13


@pytest.mark.parametrize("curvature", CURVATURES)
def test_gate_3_gradient_within_2e_15_up_to_radius_5(curvature):
    found = 0.0
    for radius in (r for r in RADII if r <= 5):
        for separation in SEPARATIONS:
            u, v = pairs(radius, separation, curvature)
            keep = (v.norm(dim=-1) > 0) & (v.norm(dim=-1) * (-curvature) ** 0.5 <= 5) & (u != v).any(dim=-1)
            u, v = u[keep].requires_grad_(), v[keep].requires_grad_()
            distance(u, v, curvature).sum().backward()
            for x, y, gx, gy in zip(u.detach(), v.detach(), u.grad, v.grad, strict=True):
                found = max(found, oracle.error(gx, oracle.distance_gradient(x, y, curvature)))
                found = max(found, oracle.error(gy, oracle.distance_gradient(y, x, curvature)))
    assert found <= 2e-15


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("radius", [0.0, 1e-30, 1e-6, 1.0, 10.0, 25.0, 100.0, 5000.0])
def test_gate_3_gradient_exactly_zero_at_coincident_points(dtype, radius):
    u = (oracle.directions(4, DIMENSION, 0) * radius).to(dtype).requires_grad_()
    v = u.detach().clone().requires_grad_()
    result = distance(u, v)
    result.sum().backward()
    assert (result == 0).all()
    assert (u.grad == 0).all()
    assert (v.grad == 0).all()


def test_gradient_at_the_origin_is_the_unit_vector_away_from_the_other_point():
    other = torch.tensor([3.0, 4.0], dtype=torch.float64)
    origin = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    distance(origin, other).backward()
    torch.testing.assert_close(origin.grad, -other / 5, rtol=1e-15, atol=0)
    moved = other.clone().requires_grad_()
    distance(torch.zeros(2, dtype=torch.float64), moved).backward()
    torch.testing.assert_close(moved.grad, other / 5, rtol=1e-15, atol=0)


@pytest.mark.parametrize("radius", [50.0, 100.0, 400.0, 5000.0])
def test_distance_and_gradient_stay_finite_and_right_at_huge_radii(radius):
    u = (oracle.directions(5, 3, 1) * radius).requires_grad_()
    v = oracle.directions(5, 3, 2) * radius
    result = distance(u, v)
    result.sum().backward()
    cos = (u * v).sum(dim=-1) / radius**2
    torch.testing.assert_close(result, 2 * radius + torch.log((1 - cos) / 2), rtol=1e-13, atol=1e-13)
    assert torch.isfinite(u.grad).all()
    # Far apart, both points lie in the other's direction through the origin.
    torch.testing.assert_close((u.grad * u).sum(dim=-1) / radius, torch.ones(5, dtype=torch.float64))


@pytest.mark.parametrize("radius", [10.0, 40.0, 100.0, 2000.0])
def test_points_on_one_ray_are_as_far_apart_as_their_radii(radius):
    ray = torch.tensor([3.0, 4.0, 12.0]) / 13
    for ray64 in (ray.double(), oracle.directions(1, 7, 3)[0]):
        torch.testing.assert_close(
            distance(ray64 * radius, ray64 * radius / 2), ray64.norm() * radius / 2, rtol=1e-14, atol=0
        )


def test_distance_agrees_with_geoopt_where_geoopt_is_accurate():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r".*torch\.jit.*")
        import geoopt
    for radius in (0.1, 1.0, 5.0):
        u, v = oracle.directions(40, 8, 4).mul(radius).split(20)
        manifold = geoopt.Lorentz(k=torch.tensor(1.0, dtype=torch.float64))
        expected = manifold.dist(exp0(u), exp0(v))
        torch.testing.assert_close(distance(u, v), expected, rtol=1e-10, atol=0)


def test_distance_broadcasts_and_keeps_the_precision_of_its_input():
    u, v = torch.randn(4, 1, 3), torch.randn(5, 3)
    assert distance(u, v).shape == (4, 5)
    assert distance(u, v).dtype == torch.float32
    assert distance(u.double(), v).dtype == torch.float64


def test_curvature_may_be_a_tensor():
    u, v = oracle.directions(2, 3, 0)
    assert distance(u, v, torch.tensor(-2.0)) == distance(u, v, -2.0)


@pytest.mark.parametrize("curvature", [0.0, 1.0, float("nan"), float("-inf")])
@pytest.mark.parametrize("function", [distance, pairwise_distance])
def test_a_curvature_that_is_not_below_zero_is_refused(function, curvature):
    with pytest.raises(HDDError, match=f"curvature must be a finite number below 0, not {curvature:g}"):
        function(torch.ones(2, 3), torch.ones(2, 3), curvature)


@pytest.mark.parametrize("curvature", CURVATURES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_pairwise_equals_distance_for_far_near_and_coincident_pairs(dtype, curvature):
    generator = torch.Generator().manual_seed(0)
    unit = 1 / (-curvature) ** 0.5
    for radius in (1e-3, 1.0, 10.0, 100.0):
        u = (oracle.directions(12, 5, 0) * radius * unit).to(dtype)
        near = u[:6] + 1e-5 * radius * unit * torch.randn(6, 5, dtype=dtype, generator=generator)
        v = torch.cat([u[:3], near, 0 * u[:1], 0.5 * u[:2]])
        torch.testing.assert_close(
            pairwise_distance(u, v, curvature),
            distance(u[:, None], v, curvature),
            rtol=1.2e-7 if dtype == torch.float32 else 1e-14,
            atol=0,
        )


def test_pairwise_gradient_equals_that_of_distance():
    u = (oracle.directions(14, 4, 0) * 2).view(2, 7, 4)
    v = torch.cat([u[:, :2], u[:, 2:3] * (1 + 1e-9), 0 * u[:, :1], u[:, 3:5] * 2, -u[:, 5:]], dim=1)
    weight = torch.randn(2, 7, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    gradients = []
    for function in (pairwise_distance, lambda x, y: distance(x[:, :, None], y[:, None])):
        x, y = u.clone().requires_grad_(), v.clone().requires_grad_()
        (weight * function(x, y)).sum().backward()
        gradients.append((x.grad, y.grad))
    for found, expected in zip(*gradients, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-13)


def test_pairwise_goes_through_blocks_and_batches(monkeypatch):
    u, v = oracle.directions(30, 3, 0).view(3, 10, 3), oracle.directions(7, 3, 1)
    whole = pairwise_distance(u, v)
    monkeypatch.setattr("hdd.geometry.pairwise._BLOCK_PAIRS", 20)
    monkeypatch.setattr("hdd.geometry.pairwise._BLOCK_COMPONENTS", 6)
    assert whole.shape == (3, 10, 7)
    torch.testing.assert_close(pairwise_distance(u, v), whole, rtol=1e-14, atol=0)


@pytest.mark.parametrize("curvature", CURVATURES)
def test_exp0_lands_on_the_sheet_and_log0_undoes_it(curvature):
    unit = 1 / (-curvature) ** 0.5
    for radius in (0.0, 1e-9, 0.3, 0.6, 5.0, 100.0, 350.0):
        u = oracle.directions(5, 3, 0) * radius * unit
        x = exp0(u, curvature)
        torch.testing.assert_close(log0(x, curvature), u, rtol=1e-14, atol=0)
        if radius <= 5:
            inner = (x[:, 1:] ** 2).sum(dim=-1) - x[:, 0] ** 2
            torch.testing.assert_close(inner * -curvature, -torch.ones_like(inner), rtol=1e-11, atol=0)


def test_exp0_and_log0_are_differentiable_everywhere():
    u = oracle.directions(6, 3, 0) * torch.tensor([0.0, 1e-5, 0.4, 0.6, 1.0, 3.0], dtype=torch.float64)[:, None]
    assert torch.autograd.gradcheck(lambda x: exp0(x, -2.0), u.requires_grad_())
    assert torch.autograd.gradcheck(lambda x: log0(x, -2.0), exp0(u, -2.0).detach().requires_grad_())


points = st.lists(st.floats(-30, 30), min_size=3, max_size=3).map(lambda x: torch.tensor(x, dtype=torch.float64))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(points, points, points, st.sampled_from(CURVATURES))
def test_distance_is_a_metric(x, y, z, curvature):
    assert distance(x, y, curvature) == pytest.approx(distance(y, x, curvature).item(), rel=1e-14, abs=1e-300)
    total = distance(x, y, curvature) + distance(y, z, curvature)
    assert distance(x, z, curvature) <= total * (1 + 1e-12) + 1e-300
    assert distance(x, x, curvature) == 0


@settings(derandomize=True, deadline=None, max_examples=60)
@given(points, points, st.floats(0.01, 100))
def test_lengths_scale_with_curvature(x, y, factor):
    scaled = distance(x * factor, y * factor, -1 / factor**2)
    assert scaled == pytest.approx(factor * distance(x, y).item(), rel=1e-11, abs=1e-12)


def test_pairwise_distances_of_one_set():
    u = oracle.directions(14, 4, 0).view(2, 7, 4) * 2
    found = pairwise_distance(u)
    torch.testing.assert_close(found, pairwise_distance(u, u), rtol=1e-14, atol=0)
    assert (found.diagonal(dim1=-2, dim2=-1) == 0).all()
    leaf, weight = u.clone().requires_grad_(), torch.rand(2, 7, 7, dtype=torch.float64)
    (expected,) = torch.autograd.grad((weight * distance(leaf[:, :, None], leaf[:, None])).sum(), leaf)
    torch.testing.assert_close(torch.autograd.grad((weight * pairwise_distance(leaf)).sum(), leaf)[0], expected)


@pytest.mark.parametrize("spread", [1.0, 1e-3])
@pytest.mark.parametrize("radius", [1e-3, 2.0, 40.0])
def test_a_tolerance_is_kept(radius, spread):
    """Points in all directions, and a bundle of nearly parallel ones, most of which a product in float32 confuses."""
    u = radius * torch.nn.functional.normalize(
        oracle.directions(1, 9, 0) + spread * oracle.directions(40, 9, 1), dim=-1
    )
    u = u.float()
    torch.testing.assert_close(
        pairwise_distance(u, u[:5].flip(0), tolerance=1e-4), distance(u[:, None], u[:5].flip(0)), rtol=2e-4, atol=0
    )
    gradients = []
    for function in (lambda x: pairwise_distance(x, u[5:], tolerance=1e-4), lambda x: distance(x[:, None], u[5:])):
        leaf = u[:5].clone().requires_grad_()
        gradients += torch.autograd.grad(function(leaf).sum(), leaf)
    scale = gradients[1].abs().max().item()
    torch.testing.assert_close(*gradients, rtol=1e-2, atol=1e-3 * scale)
