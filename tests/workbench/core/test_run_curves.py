"""Curves and their smoothing."""

import numpy as np
import pytest

from hdd.records import Edit
from hdd.settings import Settings
from hdd.states import EditStatus
from workbench.core.run_curves import RunCurves, smooth

STEPS = np.arange(1, 401)


def curves(columns, edits=(), evaluations=()):
    return RunCurves("run", columns, evaluations, edits, Settings())


def test_without_weight_a_curve_stays_as_it_is():
    values = np.sin(STEPS)
    assert smooth(values, STEPS, 0.0, 400) is values


def test_the_average_is_that_of_its_definition():
    values = np.array([4.0, 8.0, 2.0])
    found = smooth(values, np.array([1, 2, 3]), 0.5, 400)
    # Weights 1; 1/2, 1; 1/4, 1/2, 1 of the values so far.
    assert found == pytest.approx([4, (2 + 8) / 1.5, (1 + 4 + 2) / 1.75])


def test_a_constant_stays_a_constant_from_the_start():
    assert smooth(np.full(400, 3.0), STEPS, 0.99, 400) == pytest.approx(np.full(400, 3.0))


def test_what_is_not_recorded_stays_out():
    values = np.where(STEPS % 2, 5.0, np.nan)
    found = smooth(values, STEPS, 0.9, 400)
    assert np.array_equal(np.isnan(found), np.isnan(values))
    assert np.nanmax(found) == pytest.approx(5.0)


def test_runs_with_wider_buckets_are_smoothed_alike():
    """Half as many points of the same line: the averages meet at the end."""
    fine = smooth(STEPS.astype(float), STEPS, 0.9, 400)
    coarse = smooth(STEPS[1::2].astype(float), STEPS[1::2], 0.9, 400)
    assert coarse[-1] == pytest.approx(fine[-1], abs=1)


def test_several_curves_are_smoothed_at_once():
    values = np.random.default_rng(0).normal(size=(400, 3))
    together = smooth(values, STEPS, 0.8, 400)
    assert np.allclose(together[:, 1], smooth(values[:, 1], STEPS, 0.8, 400))


def test_gaps_are_in_units_of_the_curvature_in_force():
    edit = Edit(1, "curvature", -4.0, None, "test", 0.0, EditStatus.APPLIED, 2, -1.0, None, 0.0)
    gap = np.ones((4, 2))
    found = curves({"step": np.arange(1, 5), "classes": {"centroid_distance": gap}}, [edit])
    assert found.by_class("centroid_distance").tolist() == [[1, 1], [1, 1], [2, 2], [2, 2]]
    assert found.newest == 4


def test_a_column_that_was_not_recorded_has_no_values():
    found = curves({"step": np.arange(1, 5), "classes": {}})
    assert np.isnan(found.mean("real_clamped")).all()
    assert curves({"step": np.arange(0), "classes": {}}).newest == 0
