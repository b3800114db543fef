"""Where points are drawn while the disk was not moved."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from hdd.geometry import to_ball
from workbench.views.disk_columns import place_points

points = st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=1, max_size=20).map(np.array)


@given(points)
def test_the_poincare_chart_is_that_of_the_library(points):
    placed = place_points(points, "poincare", 1.0)
    expected = to_ball(torch.tensor(points)).numpy()
    np.testing.assert_allclose(np.stack([placed["x"], placed["y"]], -1), expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(np.stack([placed["hx"], placed["hy"]], -1), points)


@given(points, st.floats(0.1, 100))
def test_the_linear_chart_shows_radii_as_they_are(points, rim):
    placed = place_points(points, "linear", rim)
    np.testing.assert_allclose(np.stack([placed["x"], placed["y"]], -1), points / rim, rtol=1e-12, atol=0)


def test_gaps_stay_gaps_and_the_origin_stays_put():
    placed = place_points(np.array([[np.nan, np.nan], [0.0, 0.0]]), "poincare", 1.0)
    assert np.isnan(placed["x"][0]) and np.isnan(placed["y"][0])
    assert (placed["x"][1], placed["y"][1]) == (0, 0)
