"""What holds for every objective."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.objectives import OBJECTIVES

CASES = {
    **{name: (name, {}) for name in OBJECTIVES.names()},
    "hdd karcher": ("hdd", {"centroid": "karcher"}),
    "gaussian karcher": ("gaussian", {"centroid": "karcher"}),
    "gaussian kl": ("gaussian", {"divergence": "kl"}),
    "horospherical 1": ("horospherical", {"transport_order": 1}),
    "ot 1": ("ot", {"transport_order": 1}),
}
every_objective = pytest.mark.parametrize("case", CASES)
seeds = st.integers(0, 2**32)
radii = st.floats(0.05, 4)


def features(seed, *shape, radius=2.0, dtype=torch.float64):
    """Features whose norms are about `radius`."""
    values = np.random.default_rng(seed).standard_normal(shape)
    return torch.from_numpy(values * radius / math.sqrt(shape[-1])).to(dtype)


def make(case, **knobs):
    name, own = CASES[case]
    return OBJECTIVES.get(name)(**{"feature_scale": 1.0, **own, **knobs})


def loss_and_gradient(objective, real, synthetic):
    leaf = synthetic.clone().requires_grad_()
    losses = objective.loss(real, leaf)
    (gradient,) = torch.autograd.grad(losses.sum(), leaf)
    return losses.detach(), gradient


SAME = {"rtol": 1e-6, "atol": 1e-6}


@every_objective
@settings(max_examples=8)
@given(seeds, radii)
def test_what_leaves_a_loss_as_it_is(case, seed, radius):
    real, synthetic = features(seed, 4, 6, 5, radius=radius), features(seed + 1, 4, 3, 5, radius=radius)
    loss, random = make(case, curvature=-1.3, clamp=5.0).loss, np.random.default_rng(seed)
    expected = loss(real, synthetic)
    assert expected.shape == (4,) and (expected >= -1e-9).all()
    classes = random.permutation(4)
    torch.testing.assert_close(loss(real[classes], synthetic[classes]), expected[classes], **SAME)
    torch.testing.assert_close(loss(real[2:3], synthetic[2:3]), expected[2:3], **SAME)
    torch.testing.assert_close(loss(real[:, random.permutation(6)], synthetic), expected, **SAME)
    torch.testing.assert_close(loss(real, synthetic[:, random.permutation(3)]), expected, **SAME)
    torch.testing.assert_close(loss(real, synthetic.repeat(1, 2, 1)), expected, **SAME)
    if CASES[case][0] != "mmd":
        # More pairs of equal points have another median distance.
        torch.testing.assert_close(loss(real.repeat(1, 2, 1), synthetic), expected, **SAME)


@every_objective
@settings(max_examples=8)
@given(seeds, radii)
def test_turns_of_the_feature_space_change_nothing(case, seed, radius):
    real, synthetic = features(seed, 2, 6, 5, radius=radius), features(seed + 1, 2, 3, 5, radius=radius)
    loss = make(case, curvature=-1.3).loss
    random = np.random.default_rng(seed)
    turn = torch.from_numpy(np.linalg.qr(random.standard_normal((5, 5)))[0])
    if CASES[case][0] == "gaussian":
        # Diagonal covariances belong to the axes, which may be exchanged and mirrored.
        turn = torch.eye(5, dtype=torch.float64)[random.permutation(5)] * torch.tensor([1.0, -1, 1, -1, -1])
    if CASES[case][0] == "horospherical":
        # The directions are those of the features; many are nearly all of them.
        many = make(case, curvature=-1.3, directions=20_000).loss
        torch.testing.assert_close(many(real @ turn, synthetic @ turn), many(real, synthetic), rtol=0.05, atol=1e-3)
        return
    torch.testing.assert_close(loss(real @ turn, synthetic @ turn), loss(real, synthetic), **SAME)


@every_objective
@settings(max_examples=8)
@given(seeds, radii)
def test_equal_sets_have_no_loss_and_no_gradient(case, seed, radius):
    real = features(seed, 3, 6, 5, radius=radius, dtype=torch.float32)
    losses, gradient = loss_and_gradient(make(case), real, real)
    torch.testing.assert_close(losses, torch.zeros(3), rtol=0, atol=1e-4)
    assert gradient.isfinite().all()
    other = make(case).loss(real, real + features(seed + 1, 3, 6, 5, radius=0.1 * radius, dtype=torch.float32))
    assert (other > losses.abs()).all()


@every_objective
@settings(max_examples=25)
@given(
    seeds,
    st.floats(0, 40),
    st.floats(-100, -0.01),
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from(["apart", "equal", "one point", "half at the origin", "parallel", "clamped"]),
)
def test_losses_and_gradients_are_finite_in_float32(case, seed, radius, curvature, n, m, kind):
    root = math.sqrt(-curvature)
    length = radius / root
    one = {"radius": 1.0, "dtype": torch.float32}
    real, synthetic = (
        length * part / part.norm(dim=-1, keepdim=True)
        for part in (features(seed, 2, n, 7, **one), features(seed + 1, 2, m, 7, **one))
    )
    clamp = None
    if kind == "equal":
        synthetic = real
    elif kind == "one point":
        real, synthetic = real[:1, :1].expand(2, n, 7), real[:1, :1].expand(2, m, 7)
    elif kind == "half at the origin":
        real, synthetic = (torch.cat([part, torch.zeros_like(part)], dim=1) for part in (real, synthetic))
    elif kind == "parallel":
        real, synthetic = (part[..., :1] * real[:1, :1] for part in (real, synthetic))
    elif kind == "clamped":
        clamp = 0.5
    if "karcher" in case and radius > 10:
        # The Karcher mean says itself where it is not reached.
        return
    losses, gradient = loss_and_gradient(make(case, curvature=curvature, clamp=clamp), real, synthetic)
    assert losses.isfinite().all() and gradient.isfinite().all()
    assert losses.dtype == gradient.dtype == torch.float32


@every_objective
@pytest.mark.parametrize("clamp", [None, 1.0])
def test_gradient(case, clamp):
    real, synthetic = features(0, 2, 4, 3), features(1, 2, 2, 3)
    objective = make(case, curvature=-0.7, clamp=clamp)
    leaf = synthetic.requires_grad_()
    assert torch.autograd.gradcheck(lambda leaf: objective.loss(real, leaf), leaf, atol=1e-6)


@pytest.mark.parametrize("case", [case for case in CASES if case != "mean"])
@settings(max_examples=8)
@given(seeds, st.floats(0.2, 5))
def test_a_scale_of_features_is_a_factor_on_them(case, seed, scale):
    real, synthetic = features(seed, 2, 5, 4), features(seed + 1, 2, 3, 4)
    scaled = make(case, feature_scale=scale, clamp=2.0).loss(real, synthetic)
    torch.testing.assert_close(scaled, make(case, clamp=2.0).loss(scale * real, scale * synthetic), **SAME)


@pytest.mark.parametrize("case", [case for case in CASES if case not in ("mean", "unit_mean_distance")])
def test_space_that_is_magnified_has_a_smaller_curvature(case):
    real, synthetic = features(0, 2, 5, 4), features(1, 2, 3, 4)
    plain = make(case, curvature=-1.0).loss(real, synthetic)
    magnified = make(case, curvature=-1 / 9, feature_scale=3.0).loss(real, synthetic)
    power = {"mmd": 0, "ot": 2, "horospherical": 2, "gaussian": 2, "gaussian karcher": 2, "gaussian kl": 0}.get(case, 1)
    torch.testing.assert_close(magnified, 3.0**power * plain, **SAME)
