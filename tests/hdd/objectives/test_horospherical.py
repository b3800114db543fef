import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from hdd.draws import generator
from hdd.objectives.horospherical import Horospherical
from hdd.settings import Settings


def exact_busemann(vector, direction, scale):
    """log(−√|K|·⟨x, O + v⟩_L)/√|K| in ambient coordinates and 80 digits."""
    with mpmath.workdps(80):
        vector = [scale * mpmath.mpf(float(value)) for value in vector]
        radius = mpmath.sqrt(mpmath.fsum(value**2 for value in vector))
        inner = mpmath.fsum(value * mpmath.mpf(float(other)) for value, other in zip(vector, direction, strict=True))
        return float(mpmath.log(mpmath.cosh(radius) - mpmath.sinh(radius) / radius * inner) / scale)


def plain_cost(x, y, order):
    """W_p^p of two lists of numbers of unequal length: each number repeated until both are equally many."""
    x, y = np.sort(np.repeat(x, len(y))), np.sort(np.repeat(y, len(x)))
    return (np.abs(x - y) ** order).mean()


@pytest.mark.parametrize("order", [1, 2])
@settings(max_examples=10)
@given(st.integers(0, 2**32), st.floats(0.1, 5), st.floats(0.1, 4), st.integers(1, 7), st.integers(1, 4))
def test_it_is_its_definition(order, seed, radius, scale, n, m):
    random = np.random.default_rng(seed)
    real, synthetic = (radius * random.standard_normal((1, count, 3)) for count in (n, m))
    objective = Horospherical(curvature=-(scale**2), feature_scale=1.0, weight=3.0, directions=4, transport_order=order)
    directions = generator(0, "directions").standard_normal((4, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    costs = [
        plain_cost(*([exact_busemann(x, v, scale) for x in part[0]] for part in (real, synthetic)), order)
        for v in directions
    ]
    losses = objective.loss(torch.from_numpy(real), torch.from_numpy(synthetic))
    np.testing.assert_allclose(losses, [3 * np.mean(costs)], rtol=1e-6, atol=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(1, 30))
def test_in_one_dimension_nothing_is_sliced(seed, n, m):
    """On a line, Busemann functions are the coordinate and its negative."""
    random = np.random.default_rng(seed)
    real, synthetic = (random.standard_normal((1, count, 1)) for count in (n, m))
    loss = Horospherical(feature_scale=1.0, weight=1.0, transport_order=1, directions=3).loss
    expected = wasserstein_distance(real.ravel(), synthetic.ravel())
    assert loss(torch.from_numpy(real), torch.from_numpy(synthetic)).item() == pytest.approx(expected, rel=1e-9)


def test_directions_are_new_in_each_step_and_for_each_seed():
    random = np.random.default_rng(0)
    pair = [torch.from_numpy(random.standard_normal((2, count, 5))) for count in (6, 3)]

    def losses(seed, step):
        return Horospherical.under(Settings(seed=seed, directions=10), 1.0, step).loss(*pair)

    assert torch.equal(losses(0, 0), losses(0, 0))
    assert not torch.equal(losses(0, 0), losses(0, 1))
    assert not torch.equal(losses(0, 0), losses(1, 0))
