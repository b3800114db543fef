"""Every method and objective keeps the rules, and whoever breaks one is told which."""

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


class Touchy(Mean):
    """Breaks down at one end of a slider."""

    exponent = Number(
        1.0,
        bounds=(0, 2),
        softbounds=(0.5, 2.0),
        step=0.5,
        label="Exponent",
        group="Geometry",
        doc="Below 1, a root of it.",
    )

    def loss(self, real, synthetic):
        return super().loss(real, synthetic) / (self.exponent >= 1)


class Scalar(Mean):
    """Forgets the classes."""

    def loss(self, real, synthetic):
        return super().loss(real, synthetic).sum()


class Failing(Mean):
    """Has a bug."""

    def loss(self, real, synthetic):
        return {}["oops"]


class Undocumented(Mean):
    """Has a knob of which nobody learns anything."""

    exponent = Number(1.0, label="Exponent", group="Geometry", doc="exponent")


@pytest.mark.parametrize(
    ("objective", "rule"),
    [
        (Random, "same bits each time"),
        (Unlucky, "the gradient is not, at √|K|·radius 0, for several images per class"),
        (Crowded, "the loss is not, at √|K|·radius 0, for one synthetic image per class"),
        (Touchy, "the loss is not, at √|K|·radius 0, for several images per class, exponent = 0.5"),
        (Scalar, "its shape is (), its dtype torch.float32"),
        (Failing, "it raised KeyError: 'oops' (test_conformance.py, line "),
        (Mixed, "only on the features of that class"),
        (Silent, "`columns` names distance; diagnostics() returns centroid_distance, "),
        (Undocumented, "exponent lacks a full stop at the end of doc, bounds"),
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


class Trusting(DM):
    """Makes steps from whatever images."""

    def step(self):
        images = self._descent.images
        self._descent.images = images.nan_to_num()
        return super().step()


class Careless(DM):
    """Counts steps that are not made."""

    def step(self):
        try:
            return super().step()
        except HDDError:
            self.step_count += 1
            raise


@pytest.mark.parametrize(
    ("method", "rule"),
    [
        (Forgetful, "a resumed run differs from an uninterrupted one"),
        (Drifting, "their states differ after 4 steps"),
        (Trusting, "from images with NaN it makes a step"),
        (Careless, "it raises, but something is changed"),
    ],
)
def test_a_method_that_breaks_a_rule_is_told_which(method, rule):
    with mock.patch.object(METHODS, "get", lambda name: method):
        found = check_method("mine")
    assert any(rule in broken for broken in found.broken)
