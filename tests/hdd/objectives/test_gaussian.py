import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from hdd.geometry import centroid, translate
from hdd.objectives.gaussian import Gaussian


def pair(seed, n, m):
    random = np.random.default_rng(seed)
    return [torch.from_numpy(random.standard_normal((1, count, 4))) for count in (n, m)]


def gaussians(real, synthetic, curvature, shrinkage, kind):
    """Means and covariance matrices, from logarithms by translation."""
    centre = centroid(real[0], curvature=curvature, kind=kind)
    x, y = (translate(part[0], -centre, curvature).numpy() for part in (real, synthetic))
    common = x.var(axis=0).mean() + 1e-8 / -curvature
    covariances = [np.diag((1 - shrinkage) * part.var(axis=0) + shrinkage * common) for part in (x, y)]
    return x.mean(axis=0), y.mean(axis=0), *covariances


cases = given(
    st.integers(0, 2**32),
    st.integers(1, 6),
    st.integers(1, 4),
    st.floats(-4, -0.1),
    st.floats(0.05, 1),
    st.sampled_from(["closed", "karcher"]),
)


@settings(max_examples=20)
@cases
def test_bures_is_the_wasserstein_distance_of_matrices(seed, n, m, curvature, shrinkage, kind):
    real, synthetic = pair(seed, n, m)
    x, y, of_x, of_y = gaussians(real, synthetic, curvature, shrinkage, kind)
    root = sqrtm(of_x)
    expected = ((x - y) ** 2).sum() + np.trace(of_x + of_y - 2 * sqrtm(root @ of_y @ root).real)
    objective = Gaussian(
        curvature=curvature, feature_scale=1.0, weight=2.0, shrinkage=shrinkage, centroid=kind, divergence="bures"
    )
    assert objective.loss(real, synthetic).item() == pytest.approx(2 * expected, rel=1e-6, abs=1e-9)


@settings(max_examples=20)
@cases
def test_kl_is_that_of_matrices(seed, n, m, curvature, shrinkage, kind):
    real, synthetic = pair(seed, n, m)
    x, y, of_x, of_y = gaussians(real, synthetic, curvature, shrinkage, kind)
    inverse = np.linalg.inv(of_x)
    logs = np.linalg.slogdet(of_x)[1] - np.linalg.slogdet(of_y)[1]
    expected = (np.trace(inverse @ of_y) - 4 + (x - y) @ inverse @ (x - y) + logs) / 2
    objective = Gaussian(
        curvature=curvature, feature_scale=1.0, weight=2.0, shrinkage=shrinkage, centroid=kind, divergence="kl"
    )
    assert objective.loss(real, synthetic).item() == pytest.approx(2 * expected, rel=1e-5, abs=1e-9)


def test_kl_by_integration():
    """The divergence of two normal distributions on the line, as its integral."""
    real, synthetic = (torch.tensor(part, dtype=torch.float64)[None, :, None] for part in ([-1.0, 1.0], [0.0, 1.5]))
    objective = Gaussian(feature_scale=1.0, weight=1.0, shrinkage=0.5, divergence="kl")
    # On a line through the origin, the centroid of ±1 is 0 and the logarithm changes nothing.
    of_real, of_synthetic = 1.0, 0.5 * 0.75**2 + 0.5

    def normal(value, mean, variance):
        return mpmath.exp(-((value - mean) ** 2) / (2 * variance)) / mpmath.sqrt(2 * mpmath.pi * variance)

    def integrand(value):
        density = normal(value, 0.75, of_synthetic)
        return density * mpmath.log(density / normal(value, 0, of_real))

    assert objective.loss(real, synthetic).item() == pytest.approx(
        float(mpmath.quad(integrand, [-15, 0, 15])), rel=1e-6
    )
