import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.errors import HDDError
from hdd.geometry.embed import auto_feature_scale, centroid_distance, clamp_radius

curvatures = st.floats(0.01, 100).map(lambda value: -value)
seeds = st.integers(0, 2**32)


def features(seed, *shape, radius=2.0):
    """Float64 features whose norms are about `radius`."""
    values = np.random.default_rng(seed).standard_normal(shape)
    return torch.from_numpy(values * radius / math.sqrt(shape[-1]))


@settings(max_examples=40)
@given(seeds, curvatures, st.floats(0.1, 10))
def test_clamp_shortens_what_is_beyond_it(seed, curvature, clamp):
    vectors = features(seed, 3, 8, 4, radius=1.5 * clamp / math.sqrt(-curvature))
    clamped = clamp_radius(vectors, curvature, clamp)
    radius = math.sqrt(-curvature) * vectors.norm(dim=-1)
    beyond = radius > clamp
    torch.testing.assert_close(clamped[~beyond], vectors[~beyond], rtol=1e-15, atol=0)
    expected = vectors / vectors.norm(dim=-1, keepdim=True) * clamp / math.sqrt(-curvature)
    torch.testing.assert_close(clamped[beyond], expected[beyond])
    torch.testing.assert_close(clamp_radius(clamped, curvature, clamp), clamped, msg="twice is once")


def test_no_clamp_leaves_everything():
    vectors = 1e6 * features(0, 2, 3, 4)
    assert clamp_radius(vectors, -1.0, None) is vectors


def test_clamped_vectors_pass_no_gradient_outwards():
    vectors = features(0, 20, 4, radius=3.0).requires_grad_()
    pull = features(1, 20, 4)
    (gradient,) = torch.autograd.grad((clamp_radius(vectors, -1.0, 2.0) * pull).sum(), vectors)
    outward = (gradient * vectors).sum(-1)
    beyond = vectors.norm(dim=-1) > 2
    assert beyond.any() and not beyond.all()
    assert outward[beyond].abs().max() < 1e-12
    assert torch.equal(gradient[~beyond], pull[~beyond])
    assert gradient[beyond].norm(dim=-1).min() > 0, "along the sphere it does"


def test_clamp_of_zero_vectors():
    zeros = torch.zeros(2, 3, requires_grad=True)
    clamped = clamp_radius(zeros, -1.0, 10.0)
    (gradient,) = torch.autograd.grad(clamped.sum(), zeros)
    assert not clamped.any() and torch.equal(gradient, torch.ones(2, 3))


@settings(max_examples=40)
@given(seeds, curvatures, st.floats(0.01, 50), st.integers(0, 6))
def test_auto_feature_scale_brings_the_median_to_the_target(seed, curvature, target, half):
    real = features(seed, 1, 2 * half + 1, 4, radius=17.0)
    scale = auto_feature_scale(real, curvature, target)
    radii = math.sqrt(-curvature) * np.linalg.norm(scale * real[0].numpy(), axis=-1)
    assert np.median(radii) == pytest.approx(target)


def test_auto_feature_scale_is_over_all_classes():
    real = torch.stack([torch.full((3, 1), 1.0), torch.full((3, 1), 2.0), torch.full((3, 1), 100.0)])
    assert auto_feature_scale(real, -1.0, 4.0) == 2.0
    assert auto_feature_scale(real, -4.0, 4.0) == 1.0


def test_auto_feature_scale_of_nothing_is_one():
    assert auto_feature_scale(torch.zeros(2, 3, 4), -1.0, 2.0) == 1.0


@pytest.mark.parametrize("curvature", [0.0, 1.0, math.nan])
def test_curvature_must_be_negative(curvature):
    with pytest.raises(HDDError, match="curvature"):
        centroid_distance(features(0, 1, 2, 3), features(1, 1, 2, 3), curvature=curvature)


def test_unknown_centroid_is_refused():
    with pytest.raises(HDDError, match=r"closed, karcher.*'frechet'"):
        centroid_distance(features(0, 1, 2, 3), features(1, 1, 2, 3), curvature=-1.0, centroid="frechet")
