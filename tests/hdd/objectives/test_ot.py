import itertools
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hdd import objectives
from hdd.conformance import check_objective
from hdd.errors import HDDError
from hdd.geometry import pairwise_distance
from hdd.methods.dm import DM
from hdd.objectives.ot import OT
from hdd.settings import Settings


def pair(seed, n, m):
    random = np.random.default_rng(seed)
    return [torch.from_numpy(random.standard_normal((2, count, 3))) for count in (n, m)]


def linear_program(cost):
    """The least cost of moving uniform mass, by a general solver."""
    n, m = cost.shape
    rows, columns = np.repeat(np.eye(n), m, axis=1), np.tile(np.eye(m), n)
    mass = np.concatenate([np.full(n, 1 / n), np.full(m, 1 / m)])
    return linprog(cost.ravel(), A_eq=np.vstack([rows, columns]), b_eq=mass).fun


@pytest.mark.parametrize("order", [1, 2])
@settings(max_examples=15)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 4))
def test_it_is_the_solution_of_a_linear_program(order, seed, n, m):
    real, synthetic = pair(seed, n, m)
    losses = OT(curvature=-1.7, feature_scale=1.0, weight=2.0, transport_order=order).loss(real, synthetic)
    costs = pairwise_distance(real, synthetic, -1.7).numpy() ** order
    np.testing.assert_allclose(losses, [2 * linear_program(cost) for cost in costs], rtol=1e-9)


def test_equally_many_points_are_paired():
    real, synthetic = pair(3, 4, 4)
    costs = pairwise_distance(real, synthetic).numpy() ** 2
    best = [min(cost[range(4), list(p)].mean() for p in itertools.permutations(range(4))) for cost in costs]
    np.testing.assert_allclose(OT(feature_scale=1.0, weight=1.0).loss(real, synthetic), best, rtol=1e-12)


@pytest.fixture
def without_pot(monkeypatch):
    monkeypatch.setattr("hdd.objectives.ot.find_spec", lambda name: None)


MESSAGE = r'needs the package POT.* `pip install "hdd-workbench\[ot\]"`, or choose another objective'


def test_without_pot_a_message_says_what_to_install(without_pot, toy_dataset):
    data = toy_dataset((9, 7))
    small = {"ipc": 2, "network_width": 4, "network_depth": 2, "real_batch": 5, "device": "cpu"}
    made = DM(data, Settings(**small))
    for refused in (
        lambda: OT().loss(*pair(0, 3, 2)),
        lambda: DM.check(data, Settings(objective="ot", **small)),
        lambda: made.steer(objective="ot"),
        lambda: check_objective("ot"),
    ):
        with pytest.raises(HDDError, match=MESSAGE):
            refused()
    assert made.settings.objective == "hdd"
    made.step()


def test_objectives_are_listed_without_loading_pot():
    code = (
        "import sys; from hdd.settings import Settings; print(Settings.knob('objective').objects, 'ot' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == [*str(list(objectives.OBJECTIVES.names())).split(), "False"]
