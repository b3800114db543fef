import oracle
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.errors import HDDError
from hdd.geometry import centroid, distance, translate

KINDS = ("closed", "karcher")


def cloud(count, dimension, radius, seed=0):
    spread = torch.rand(count, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 0.7 + 0.3
    return oracle.directions(count, dimension, seed) * spread * radius


def features(count, dimension, radius, seed=0):
    """Like features of a network: all of one orthant, float32, of mean radius `radius`."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.relu(torch.randn(count, dimension, generator=generator) + 0.5)
    return x * (radius / x.norm(dim=-1).mean())


@pytest.mark.parametrize("curvature", [-0.01, -1.0, -100.0])
def test_gate_4_closed_form_within_1e_15_up_to_radius_40(curvature):
    found = 0.0
    for radius in (1e-6, 1e-3, 0.1, 1.0, 5.0, 10.0, 25.0, 40.0):
        points = cloud(12, 16, radius) / (-curvature) ** 0.5
        weights = torch.rand(12, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
        for share in (torch.ones(12, dtype=torch.float64), weights):
            exact = oracle.closed_centroid(points, share, curvature)
            found = max(found, oracle.error(centroid(points, share, curvature), exact))
    assert found <= 1e-15


@pytest.mark.parametrize("radius", [1.0, 2.0, 4.0, 10.0])
def test_gate_5_distance_of_two_near_centroids_within_1e_6_in_float32(radius):
    real = features(24, 512, radius)
    shift = oracle.directions(1, 512, 1)[0]
    apart = distance(centroid(real.double()), centroid(real.double() + 1e-3 * shift)).item()
    other = (real.double() + shift * (4e-3 * 1e-3 / apart)).float()
    exact = oracle.centroid_distance(real, other, -1.0)
    assert 3.9e-3 < exact < 4.1e-3
    assert oracle.error(distance(centroid(real), centroid(other)), exact) <= 1e-6
    # Nothing is lost at all when the centroids are not rounded in between.
    assert oracle.error(distance(centroid(real.double()), centroid(other.double())), exact) <= 1e-12


def test_gate_5_distance_of_given_float32_centroids():
    d = oracle.directions(20, 16, 0)
    for radius in (0.5, 1.0, 2.0, 4.0):
        u = (d[:10] * radius).float()
        v = (u.double() + 4e-3 / (torch.sinh(torch.tensor(radius)) / radius) * d[10:]).float()
        for x, y, found in zip(u, v, distance(u, v), strict=True):
            assert oracle.error(found, oracle.distance(x, y, -1.0)) <= 1e-7


def test_known_radii_of_one_far_point_among_near_ones():
    spread = torch.eye(10, dtype=torch.float64) - 0.03
    points = spread / spread.norm(dim=-1, keepdim=True) * 0.5
    points[9] *= 10
    assert points.mean(dim=0).norm() == pytest.approx(0.49, abs=0.005)
    assert centroid(points, kind="closed").norm() == pytest.approx(1.36, abs=0.005)
    assert centroid(points, kind="karcher").norm() == pytest.approx(0.45, abs=0.005)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", [1, 3])
def test_gradients_equal_central_differences(kind, dimension):
    points = torch.randn(4, 6, dimension, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 1.5
    points[0, 0] = 0  # at the origin
    points[1, 3] = points[1, 4]  # coincident
    points[2] -= points[2].mean(dim=0)
    points[3, 1], points[3, 2:] = 2 * points[3, 0], 0  # on one ray
    weights = torch.rand(4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + 0.1
    inputs = points.requires_grad_(), weights.requires_grad_()
    assert torch.autograd.gradcheck(lambda u, w: centroid(u, w, -1.7, kind), inputs, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_at_a_balanced_set_whose_centroid_is_the_origin(kind):
    half = cloud(4, 3, 2.0)
    points = torch.cat([half, -half]).requires_grad_()
    torch.testing.assert_close(centroid(points, kind=kind), torch.zeros(3, dtype=torch.float64), rtol=0, atol=1e-15)
    assert torch.autograd.gradcheck(lambda u: centroid(u, kind=kind), points, atol=1e-6)


@pytest.mark.parametrize("curvature", [-0.01, -1.0, -100.0])
@pytest.mark.parametrize("radius", [1e-6, 0.1, 1.0, 4.0, 10.0, 25.0, 100.0])
def test_karcher_mean_balances_the_logarithms_of_its_points(curvature, radius):
    points = cloud(20, 8, radius) / (-curvature) ** 0.5
    weights = torch.rand(20, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    mean = centroid(points, weights, curvature, "karcher")
    logs = translate(points, -mean, curvature)
    pull = (weights[:, None] * logs).sum(dim=0) / weights.sum()
    assert pull.norm() <= 1e-11 * points.norm(dim=-1).max()


def test_karcher_mean_of_two_points_is_their_midpoint():
    u, v = oracle.directions(2, 5, 0) * torch.tensor([[20.0], [3.0]], dtype=torch.float64)
    mean = centroid(torch.stack([u, v]), kind="karcher")
    torch.testing.assert_close(distance(mean, u), distance(mean, v), rtol=1e-12, atol=0)
    torch.testing.assert_close(distance(mean, u), distance(u, v) / 2, rtol=1e-12, atol=0)


@pytest.mark.parametrize("radius", [1.0, 4.0, 10.0, 25.0])
def test_karcher_mean_of_features_needs_few_steps(radius, monkeypatch):
    monkeypatch.setattr("hdd.geometry.centroids.MAX_STEPS", 8)
    u = torch.stack([features(32, 256, radius, seed) for seed in range(3)])
    mean = centroid(u, kind="karcher")
    assert mean.dtype == torch.float32
    torch.testing.assert_close(mean, centroid(u.double(), kind="karcher").float(), rtol=1e-6, atol=1e-8 * radius)


def test_karcher_mean_that_is_not_reached_is_an_error():
    points = cloud(5, 3, 1.0)
    points[2, 1] = float("nan")
    with pytest.raises(HDDError, match="did not converge in 100 Newton steps"):
        centroid(points, kind="karcher")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("radius", [0.0, 1.0, 25.0, 100.0])
def test_centroid_of_one_point_is_the_point(kind, radius):
    u = (cloud(4, 6, radius)[:, None]).requires_grad_()
    result = centroid(u, kind=kind)
    assert (result == u[:, 0]).all()
    result.sum().backward()
    assert (u.grad == 1).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("radius", "tolerance"), [(0.0, 0), (1e-6, 1e-14), (1.0, 1e-14), (10.0, 1e-12), (25.0, 1e-6)])
def test_centroid_of_equal_points_is_the_point(kind, radius, tolerance):
    u = cloud(1, 6, radius)[0]
    torch.testing.assert_close(centroid(u.expand(5, 6), kind=kind), u, rtol=tolerance, atol=1e-15)


def test_closed_form_does_not_overflow():
    u = (oracle.directions(6, 4, 0) * 5000).requires_grad_()
    result = centroid(u)
    result.sum().backward()
    assert torch.isfinite(result).all()
    assert torch.isfinite(u.grad).all()


@pytest.mark.parametrize("kind", KINDS)
def test_weights_count_points(kind):
    u = cloud(4, 3, 3.0)
    counts = torch.tensor([2.0, 0.0, 1.0, 3.0], dtype=torch.float64)
    repeated = u[[0, 0, 2, 3, 3, 3]]
    torch.testing.assert_close(centroid(u, counts, kind=kind), centroid(repeated, kind=kind), rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(
        centroid(u.expand(2, 4, 3), counts, kind=kind)[1], centroid(u, 7 * counts, kind=kind), rtol=1e-12, atol=1e-12
    )


def test_bad_arguments_are_refused_by_name():
    u = cloud(4, 3, 1.0)
    with pytest.raises(HDDError, match="kind must be one of closed, karcher, not 'frechet'"):
        centroid(u, kind="frechet")
    with pytest.raises(HDDError, match="curvature must be a finite number below 0"):
        centroid(u, curvature=0.5)
    with pytest.raises(HDDError, match=r"weights must have shape \(4,\)"):
        centroid(u, torch.ones(3))
    for weights in ([1.0, -1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0], [1.0, float("nan"), 1.0, 1.0]):
        with pytest.raises(HDDError, match="weights must be numbers ≥ 0 with a positive sum"):
            centroid(u, torch.tensor(weights))
    with pytest.raises(HDDError, match="N ≥ 1"):
        centroid(u[:0])


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.floats(0.01, 4), st.floats(0.0, 4), st.sampled_from(KINDS))
def test_centroid_goes_along_with_translations(seed, radius, shift, kind):
    points, by = cloud(7, 3, radius, seed), oracle.directions(1, 3, seed + 1)[0] * shift
    moved = centroid(translate(points, by), kind=kind)
    torch.testing.assert_close(moved, translate(centroid(points, kind=kind), by), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_no_sets_have_no_centroids(kind):
    assert centroid(torch.zeros(0, 5, 2, dtype=torch.float64), kind=kind).shape == (0, 2)
