"""Buckets of records against the same by numpy."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hdd.records import StepRecord
from workbench.core.curve_buckets import BUCKETS, CurveBuckets

COLUMNS = ("loss", "gradient_norm", "radius")


def fill(losses, classes=2):
    """Buckets of losses that are whole numbers, so that sums are exact, and the records."""
    table = np.arange(classes * len(COLUMNS), dtype=np.float32).reshape(classes, -1)
    records = [
        StepRecord(i + 1, float(loss), 1.0, 0.1, table + np.float32(loss), COLUMNS) for i, loss in enumerate(losses)
    ]
    buckets = CurveBuckets(classes)
    for record in records:
        buckets.add(record)
    return buckets, records


@settings(max_examples=40)
@given(st.integers(1, 5 * BUCKETS), st.integers(0, 1000))
def test_means_and_extremes_are_those_of_the_steps_of_each_bucket(steps, seed):
    losses = np.random.default_rng(seed).integers(-1000, 1000, steps)
    buckets, records = fill(losses)
    columns = buckets.columns()
    parts = [range(start, min(start + buckets.width, steps)) for start in range(0, steps, buckets.width)]
    assert columns["step"].tolist() == [part[-1] + 1 for part in parts]
    for name, reduce in (("loss", np.mean), ("loss_low", np.min), ("loss_high", np.max)):
        assert columns[name].tolist() == [reduce(losses[part]) for part in parts]
    means = [np.mean([records[i].classes for i in part], axis=0, dtype=np.float64) for part in parts]
    np.testing.assert_array_equal(np.stack([columns["classes"][name] for name in COLUMNS], axis=-1), means)
    assert len(parts) <= BUCKETS
    assert buckets.width & (buckets.width - 1) == 0
    assert buckets.newest is records[-1]


def test_memory_does_not_grow_with_the_steps():
    buckets, _ = fill([1.0])
    tables = {name: value.nbytes for name, value in vars(buckets).items() if isinstance(value, np.ndarray)}
    far = StepRecord(10**9, 5.0, 1.0, 0.1, np.zeros((2, len(COLUMNS)), np.float32), COLUMNS)
    buckets.add(far)
    assert {name: value.nbytes for name, value in vars(buckets).items() if isinstance(value, np.ndarray)} == tables
    assert buckets.columns()["step"].tolist() == [buckets.width, 10**9]
    assert buckets.columns()["loss"].tolist() == [1.0, 5.0]


def test_nothing_is_drawn_before_the_first_record():
    assert [len(column) for column in CurveBuckets(3).columns().values()] == [0] * 5


def test_columns_that_come_and_go_are_means_of_the_steps_that_have_them():
    buckets = CurveBuckets(2)
    for step in range(1, 2 * BUCKETS + 1):
        # A bucket gets two steps. None of them has "own" in the first 300 buckets, one in the next, both in the others.
        names = ("loss", "own") if step > 601 else ("loss",)
        buckets.add(StepRecord(step, 1.0, 1.0, 0.1, np.full((2, len(names)), step, np.float32), names))
    classes = buckets.columns()["classes"]
    np.testing.assert_array_equal(classes["loss"][:, 0], np.arange(BUCKETS) * 2 + 1.5)
    assert np.isnan(classes["own"][:300]).all()
    np.testing.assert_array_equal(classes["own"][300:, 0], [602, *(np.arange(301, BUCKETS) * 2 + 1.5)])
