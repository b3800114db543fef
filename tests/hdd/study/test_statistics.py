"""Means, intervals and paired differences, against SciPy's t test and NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp, ttest_rel

from hdd.study.statistics import Sample, paired

FRACTIONS = st.floats(0, 1).map(lambda value: round(value, 4))


@settings(max_examples=40)
@given(st.lists(st.tuples(FRACTIONS, FRACTIONS), min_size=2, max_size=12))
def test_a_difference_has_the_interval_of_the_paired_t_test(pairs):
    one, other = np.array(pairs).T
    found = paired([*enumerate(one)], [*enumerate(other)])
    assert found.mean == pytest.approx(np.mean(one - other), abs=1e-12)
    assert found.sd == pytest.approx(np.std(one - other, ddof=1), abs=1e-12)
    if found.sd > 1e-9:
        low, high = ttest_rel(one, other).confidence_interval(0.95)
        assert [found.mean - found.half_width, found.mean + found.half_width] == pytest.approx([low, high], abs=1e-9)
        low, high = ttest_1samp(one - other, 0).confidence_interval(0.95)
        assert found.as_dict()["interval"] == pytest.approx([low, high], abs=1e-9)


def test_only_seeds_that_both_have_are_paired():
    assert paired([(0, 0.5), (2, 0.7)], [(1, 0.1), (2, 0.4)]).values == pytest.approx((0.3,))
    assert paired([(0, 0.5)], [(1, 0.1)]) is None


def test_one_seed_has_no_spread_and_no_interval():
    one = Sample((0.5,))
    assert (one.n, one.mean, one.sd, one.half_width) == (1, 0.5, None, None)
    assert one.as_dict() == {"n": 1, "mean": 0.5, "sd": None, "interval": None, "values": [0.5]}
