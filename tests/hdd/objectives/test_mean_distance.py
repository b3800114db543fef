import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.objectives.hdd import HDD
from hdd.objectives.mean_distance import MeanDistance
from hdd.objectives.unit_mean_distance import UnitMeanDistance

seeds = st.integers(0, 2**32)


def pair(seed):
    random = np.random.default_rng(seed)
    return [torch.from_numpy(random.standard_normal(shape)) for shape in ((3, 7, 4), (3, 2, 4))]


@settings(max_examples=30)
@given(seeds, st.floats(0.1, 10))
def test_it_is_the_distance_of_the_means(seed, weight):
    real, synthetic = pair(seed)
    plain = [
        weight * np.linalg.norm(r.mean(0) - s.mean(0)) for r, s in zip(real.numpy(), synthetic.numpy(), strict=True)
    ]
    losses = MeanDistance(weight=weight, feature_scale=1.0).loss(real, synthetic)
    np.testing.assert_allclose(losses, plain, rtol=1e-12)


@settings(max_examples=15)
@given(seeds)
def test_it_is_hdd_in_nearly_flat_space(seed):
    real, synthetic = pair(seed)
    knobs = {"curvature": -1e-8, "feature_scale": 0.7, "weight": 3.0}
    flat = MeanDistance(**knobs).loss(real, synthetic)
    torch.testing.assert_close(HDD(**knobs).loss(real, synthetic), flat, rtol=1e-5, atol=1e-6)


@settings(max_examples=30)
@given(seeds)
def test_unit_features_have_length_1(seed):
    real, synthetic = pair(seed)
    parts = [part / np.linalg.norm(part, axis=-1, keepdims=True) for part in (real.numpy(), synthetic.numpy())]
    plain = [2 * np.linalg.norm(r.mean(0) - s.mean(0)) for r, s in zip(*parts, strict=True)]
    np.testing.assert_allclose(UnitMeanDistance(weight=2.0).loss(real, synthetic), plain, rtol=1e-12)


@settings(max_examples=15)
@given(seeds, st.lists(st.floats(0.01, 100), min_size=9, max_size=9))
def test_lengths_of_features_do_not_matter_to_unit_features(seed, lengths):
    real, synthetic = pair(seed)
    lengths = torch.tensor(lengths, dtype=torch.float64)
    losses = UnitMeanDistance().loss(real, synthetic)
    scaled = UnitMeanDistance().loss(real * lengths[:7, None], synthetic * lengths[7:, None])
    torch.testing.assert_close(scaled, losses, rtol=1e-10, atol=1e-10)


def test_clamping_every_feature_leaves_only_its_direction():
    real, synthetic = (10 * part for part in pair(0))
    clamped = MeanDistance(clamp=1e-3, feature_scale=1.0).loss(real, synthetic)
    torch.testing.assert_close(clamped, 1e-3 * UnitMeanDistance().loss(real, synthetic), rtol=1e-9, atol=0)
