import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.objectives.energy import Energy
from hdd.objectives.mmd import MMD


def exact_distance(x, y, scale):
    """acosh of the Lorentz product, over √|K|, in 60 digits."""
    with mpmath.workdps(60):
        x, y = ([scale * mpmath.mpf(float(value)) for value in part] for part in (x, y))
        a, b = (mpmath.sqrt(mpmath.fsum(value**2 for value in part)) for part in (x, y))
        inner = mpmath.fsum(p * q for p, q in zip(x, y, strict=True))
        product = mpmath.cosh(a) * mpmath.cosh(b) - mpmath.sinh(a) / a * mpmath.sinh(b) / b * inner
        return float(mpmath.acosh(max(product, 1)) / scale)


def exact_distances(x, y, scale):
    return np.array([[exact_distance(p, q, scale) for q in y] for p in x])


def pair(seed, n, m, radius):
    random = np.random.default_rng(seed)
    return [radius * random.standard_normal((1, count, 3)) for count in (n, m)]


cases = given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 4), st.floats(0.1, 4), st.floats(0.2, 3))


@settings(max_examples=15)
@cases
def test_energy_is_its_definition(seed, n, m, radius, scale):
    real, synthetic = pair(seed, n, m, radius)
    xx, yy, xy = (
        exact_distances(p[0], q[0], scale).mean() for p, q in ((real, real), (synthetic, synthetic), (real, synthetic))
    )
    objective = Energy(curvature=-(scale**2), feature_scale=1.0, weight=5.0)
    losses = objective.loss(torch.from_numpy(real), torch.from_numpy(synthetic))
    np.testing.assert_allclose(losses, [5 * (2 * xy - xx - yy)], rtol=1e-9, atol=1e-10)


@settings(max_examples=15)
@cases
def test_mmd_is_its_definition(seed, n, m, radius, scale):
    real, synthetic = pair(seed, n, m, radius)
    xx, yy, xy = (
        exact_distances(p[0], q[0], scale) for p, q in ((real, real), (synthetic, synthetic), (real, synthetic))
    )
    pairs = sorted(xx[np.triu_indices(n, 1)])
    median = pairs[(len(pairs) - 1) // 2] if pairs else 1 / scale
    xx, yy, xy = (np.exp(-part / (2.5 * median)).mean() for part in (xx, yy, xy))
    objective = MMD(curvature=-(scale**2), feature_scale=1.0, weight=5.0, bandwidth=2.5)
    losses = objective.loss(torch.from_numpy(real), torch.from_numpy(synthetic))
    np.testing.assert_allclose(losses, [5 * (xx + yy - 2 * xy)], rtol=1e-9, atol=1e-10)


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_exponential_kernel_is_positive_definite(seed, radius, bandwidth):
    points = torch.from_numpy(pair(seed, 12, 1, radius)[0])
    from hdd.geometry import pairwise_distance

    kernel = MMD(bandwidth=bandwidth).kernel(pairwise_distance(points), torch.tensor(bandwidth))
    assert torch.linalg.eigvalsh(kernel).min() > -1e-10


@pytest.mark.parametrize("objective", [Energy, MMD])
def test_float32_is_as_good_as_its_features(objective):
    real, synthetic = (torch.from_numpy(part) for part in pair(0, 300, 10, 1.2))
    exact = objective(feature_scale=1.0).loss(real, synthetic)
    rounded = objective(feature_scale=1.0).loss(real.float(), synthetic.float())
    torch.testing.assert_close(rounded.double(), exact, rtol=1e-4, atol=0)
