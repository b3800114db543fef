"""Which values can be compared across edits."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hdd.records import Edit
from hdd.settings import Settings
from hdd.states import EditStatus
from workbench.core.comparable import changed_scales, curvature_at, scales_apart


def edit(name, step, old, value):
    return Edit(1, name, value, None, "test", 0.0, EditStatus.APPLIED, step, old, None, 0.0)


def test_knobs_that_change_what_a_loss_is_measured_in_are_named():
    edits = [edit("image_lr", 1, 0.1, 0.2), edit("weight", 2, 20, 5), edit("curvature", 3, -1, -4)]
    assert changed_scales(edits) == ["curvature", "weight"]
    assert changed_scales([edit("curvature", 3, -1, -1)]) == changed_scales([]) == []


def test_runs_that_differ_in_what_a_loss_is_measured_in_are_not_compared():
    flat, curved = Settings(weight=20.0), Settings(weight=5.0, image_lr=3.0)
    assert scales_apart([(flat, [])]) == scales_apart([(flat, []), (flat, [])]) == []
    assert scales_apart([(flat, []), (curved, [])]) == ["weight"]
    assert scales_apart([(flat, []), (flat, [edit("curvature", 3, -1, -4)])]) == ["curvature"]


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(-9, -0.1)), max_size=5))
def test_each_step_has_the_curvature_that_it_was_made_with(changes):
    changes.sort(key=lambda change: change[0])
    edits = [edit("curvature", step, None, value) for step, value in changes]
    edits.insert(0, edit("weight", 0, 1, 2))
    found = curvature_at(np.arange(1, 31), edits, -1.0)
    for step, value in zip(range(1, 31), found, strict=True):
        before = [new for at, new in changes if at < step]
        assert value == (before[-1] if before else -1.0)
