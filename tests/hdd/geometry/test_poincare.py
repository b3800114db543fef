import mpmath as mp
import oracle
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.errors import HDDError
from hdd.geometry import (
    circle,
    circle_path,
    distance,
    from_ball,
    from_klein,
    geodesic_path,
    mobius_add,
    recentre,
    to_ball,
    to_klein,
    translate,
)

CURVATURES = (-0.01, -1.0, -100.0)
ball_points = st.lists(st.floats(-0.55, 0.55), min_size=3, max_size=3).map(
    lambda x: torch.tensor(x, dtype=torch.float64)
)


@pytest.mark.parametrize("curvature", CURVATURES)
def test_charts_agree_with_the_exact_radii_and_undo_themselves(curvature):
    unit = 1 / (-curvature) ** 0.5
    for radius in (0.0, 1e-9, 0.3, 0.6, 1.1, 5.0, 15.0):
        u = oracle.directions(4, 3, 0) * radius * unit
        ball, klein = to_ball(u, curvature), to_klein(u, curvature)
        with mp.workdps(oracle.DIGITS):
            assert oracle.error(ball[0].norm(), mp.tanh(mp.mpf(radius) / 2)) <= 1e-15
            assert oracle.error(klein[0].norm(), mp.tanh(mp.mpf(radius))) <= 1e-15
        # The rim is near: what is left of the radius is what is left of 1 − |z|.
        torch.testing.assert_close(from_ball(ball, curvature), u, rtol=1e-9, atol=0)
        torch.testing.assert_close(from_klein(klein, curvature), u, rtol=1e-2 if radius > 5 else 1e-11, atol=0)


def test_klein_and_poincare_radii_are_related():
    u = oracle.directions(10, 3, 0) * torch.linspace(0, 5, 10, dtype=torch.float64)[:, None]
    ball = to_ball(u)
    torch.testing.assert_close(to_klein(u), 2 * ball / (1 + ball.square().sum(dim=-1, keepdim=True)))


def test_charts_are_differentiable_everywhere_and_keep_float32():
    u = oracle.directions(6, 3, 0) * torch.tensor([0.0, 1e-5, 0.4, 0.6, 1.1, 3.0], dtype=torch.float64)[:, None]
    for there, back in ((to_ball, from_ball), (to_klein, from_klein)):
        assert torch.autograd.gradcheck(lambda x, f=there: f(x, -2.0), u.clone().requires_grad_())
        assert torch.autograd.gradcheck(lambda x, f=back: f(x, -2.0), there(u, -2.0).requires_grad_())
        assert back(there(u.float())).dtype == torch.float32


def test_points_outside_the_ball_are_refused():
    for function in (from_ball, from_klein):
        with pytest.raises(HDDError, match=r"norm below 1, and the largest is 1\.25"):
            function(torch.tensor([[0.0, 1.25], [0.1, 0.2]]))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(ball_points, ball_points)
def test_mobius_identities(x, y):
    zero = torch.zeros_like(x)
    torch.testing.assert_close(mobius_add(x, zero), x)
    torch.testing.assert_close(mobius_add(zero, y), y)
    torch.testing.assert_close(mobius_add(-x, x), zero, rtol=0, atol=1e-14)
    torch.testing.assert_close(mobius_add(-x, mobius_add(x, y)), y, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(mobius_add(x, y).norm(), mobius_add(y, x).norm(), rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(mobius_add(x, y), to_ball(translate(from_ball(y), from_ball(x))), rtol=1e-8, atol=1e-10)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(ball_points, ball_points, ball_points)
def test_recentring_keeps_distances_and_puts_the_centre_in_the_middle(x, y, centre):
    before = distance(from_ball(x), from_ball(y))
    moved = recentre(torch.stack([x, y, centre]), centre)
    torch.testing.assert_close(distance(from_ball(moved[0]), from_ball(moved[1])), before, rtol=1e-8, atol=1e-9)
    torch.testing.assert_close(moved[2], torch.zeros_like(x), rtol=0, atol=1e-14)
    torch.testing.assert_close(recentre(moved, -centre)[0], x, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("curvature", CURVATURES)
def test_a_geodesic_path_is_evenly_spaced_on_a_circle_square_to_the_rim(curvature):
    u, v = torch.tensor([[1.5, 0.4], [-0.3, 1.1]], dtype=torch.float64) / (-curvature) ** 0.5
    path = geodesic_path(u, v, 9, curvature)
    assert path.shape == (9, 2)
    torch.testing.assert_close(path[[0, -1]], to_ball(torch.stack([u, v]), curvature))
    points = from_ball(path, curvature)
    steps = distance(points[1:], points[:-1], curvature)
    torch.testing.assert_close(steps, (distance(u, v, curvature) / 8).expand(8))
    # A circle that meets the unit circle at right angles: |z|² + 1 = 2⟨z, c⟩ for its centre c.
    square = path.square().sum(dim=-1) + 1
    centre = torch.linalg.lstsq(2 * path, square[:, None]).solution[:, 0]
    torch.testing.assert_close(2 * path @ centre, square)


def test_paths_take_batches():
    u, v = oracle.directions(12, 2, 0).view(2, 2, 3, 2)
    assert geodesic_path(u, v, 5).shape == (2, 3, 5, 2)
    assert circle_path(u, torch.rand(2, 3), 7).shape == (2, 3, 7, 2)
    assert circle_path(u.float(), 0.3, 7).dtype == torch.float32


@pytest.mark.parametrize("curvature", CURVATURES)
@pytest.mark.parametrize("radius", [0.0, 1e-3, 0.7, 4.0])
def test_a_hyperbolic_circle_is_the_euclidean_circle_of_its_path(curvature, radius):
    unit = 1 / (-curvature) ** 0.5
    centre = torch.tensor([[0.0, 0.0], [0.3, 0.2], [-2.0, 3.0]], dtype=torch.float64) * unit
    middle, size = circle(centre, radius * unit, curvature)
    path = circle_path(centre, radius * unit, 17, curvature)
    torch.testing.assert_close(
        (path - middle[:, None]).norm(dim=-1), size[:, None].expand(3, 17), rtol=1e-9, atol=1e-14
    )
    around = distance(from_ball(path, curvature), centre[:, None], curvature)
    torch.testing.assert_close(around, torch.full_like(around, radius * unit), rtol=1e-8, atol=1e-12 * unit)
    torch.testing.assert_close(path[:, 0], path[:, -1])


def test_a_far_circle_keeps_its_size():
    _, size = circle(torch.tensor([30.0, 0.0], dtype=torch.float64), 2.0)
    with mp.workdps(oracle.DIGITS):
        z, t = mp.tanh(15), mp.tanh(1)
        assert oracle.error(size, (1 - z**2) * t / (1 - z**2 * t**2)) <= 1e-14


def test_bad_pictures_are_refused():
    u = torch.ones(2)
    with pytest.raises(HDDError, match="radius of a circle must be 0 or more, and the smallest is -1"):
        circle(u, -1.0)
    with pytest.raises(HDDError, match="radius of a circle"):
        circle_path(u, torch.tensor(-1.0))
    for function in (lambda n: circle_path(u, 1.0, n), lambda n: geodesic_path(u, u, n)):
        with pytest.raises(HDDError, match="samples of a path must be at least 2, not 1"):
            function(1)
