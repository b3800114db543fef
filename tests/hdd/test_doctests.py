"""Examples in docstrings say what happens."""

import doctest
import importlib

import pytest

MODULES = [
    "hdd.draws",
    "hdd.geometry.centroids",
    "hdd.geometry.isometry",
    "hdd.geometry.lorentz",
    "hdd.geometry.pairwise",
    "hdd.geometry.poincare",
    "hdd.knobs.text",
    "hdd.registry",
    "hdd.sets.synthetic_set",
    "hdd.settings",
    "hdd.study.pace",
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0 and result.failed == 0
