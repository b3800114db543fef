"""Every method and objective keeps the rules, and whoever breaks one is told which."""

import subprocess
import sys
from unittest import mock

import pytest
import torch

from hdd.conformance import check_method, check_objective
from hdd.errors import HDDError
from hdd.knobs import Number
from hdd.methods import METHODS
from hdd.methods.dm import DM
from hdd.objectives import OBJECTIVES
from hdd.objectives.mean import Mean


@pytest.mark.parametrize("name", OBJECTIVES.names())
def test_objectives_keep_the_rules(name):
    found = check_objective(name)
    assert found.broken == ()
    assert found.milliseconds > 0


@pytest.mark.parametrize("name", METHODS.names())
def test_methods_keep_the_rules(name):
    found = check_method(name)
    assert found.broken == ()
    assert found.milliseconds > 0


def test_what_is_not_registered():
    with pytest.raises(HDDError, match=r"no objective 'hddd'\. Did you mean hdd"):
        check_objective("hddd")


class Random(Mean):
    """Is another one each time."""

    def loss(self, real, synthetic):
        return super().loss(real, synthetic) * torch.rand(1)


class Unlucky(Mean):
    """Divides by nothing where the means meet."""

    def loss(self, real, synthetic):
        return super().loss(real, synthetic).sqrt()


class Crowded(Mean):
    """Needs two images of a class, as an unbiased variance does."""

    def loss(self, real, synthetic):
        return super().loss(real, synthetic) / (synthetic.shape[-2] - 1)


class Mixed(Mean):
    """Looks at other classes."""

    def loss(self, real, synthetic):
        return super().loss(real, synthetic) - super().loss(real, synthetic).mean()


class Silent(Mean):
    """Records other columns than it names."""

    columns = ("distance",)


class Undocumented(Mean):
    """Has a knob of which nobody learns anything."""

    exponent = Number(1.0, label="Exponent", group="Geometry", doc="exponent")


@pytest.mark.parametrize(
    ("objective", "rule"),
    [
        (Random, "same bits each time"),
        (Unlucky, "are finite"),
        (Crowded, "of one image a class"),
        (Mixed, "only on the features of that class"),
        (Silent, "the names in `columns`"),
        (Undocumented, "the knob exponent has a label"),
    ],
)
def test_an_objective_that_breaks_a_rule_is_told_which(objective, rule):
    with mock.patch.object(OBJECTIVES, "get", lambda name: objective):
        found = check_objective("mine")
    assert any(rule in broken for broken in found.broken)
    assert found.milliseconds is None


class Forgetful(DM):
    """Does not keep its momentum."""

    def state(self):
        return {name: value for name, value in super().state().items() if name != "momentum"}

    def load_state(self, state):
        super().load_state({**state, "momentum": torch.zeros_like(state["images"])})


class Drifting(DM):
    """Depends on global random numbers."""

    def step(self):
        record = super().step()
        self._descent.images = self._descent.images + 0.01 * torch.rand(1)
        return record


@pytest.mark.parametrize(
    ("method", "rule"),
    [(Forgetful, "continues from its state() with the same bits"), (Drifting, "two runs give the same bits")],
)
def test_a_method_that_breaks_a_rule_is_told_which(method, rule):
    with mock.patch.object(METHODS, "get", lambda name: method):
        found = check_method("mine")
    assert any(rule in broken for broken in found.broken)


@pytest.mark.parametrize("registry", [OBJECTIVES, METHODS], ids=["objectives", "methods"])
def test_their_modules_load_no_torch(registry):
    modules = {registry.get(name).__module__ for name in registry.names()}
    code = f"import sys, {', '.join(modules)}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
