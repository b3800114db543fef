"""Where points are drawn while the disk was not moved."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hdd.geometry import to_ball
from workbench.views.disk_columns import Chart, grid

points = st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=1, max_size=20).map(np.array)
charts = st.builds(
    lambda kind, rim, count: Chart(kind, rim, *grid(count)),
    st.sampled_from(["poincare", "linear"]), st.floats(0.1, 100), st.integers(1, 12),
)  # fmt: skip


def places(placed):
    return np.stack([placed["x"], placed["y"]], -1)


@given(points)
def test_the_poincare_chart_is_that_of_the_library(points):
    placed = Chart().place(points)
    np.testing.assert_allclose(places(placed), to_ball(torch.tensor(points)).numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(np.stack([placed["hx"], placed["hy"]], -1), points)


@given(points)
def test_the_linear_chart_shows_radii_as_they_are(points):
    np.testing.assert_allclose(places(Chart("linear", 30.0).place(points)), points / 30, rtol=1e-12, atol=1e-300)


@given(points, charts)
def test_nothing_is_drawn_outside_its_disk(points, chart):
    disks = np.arange(len(points)) % len(chart.centres)
    placed = chart.place(points, disks)
    middle = np.array(chart.centres)[disks]
    assert (np.linalg.norm(places(placed) - middle, axis=1) <= chart.size * (1 + 1e-12)).all()
    np.testing.assert_array_equal(np.stack([placed["ox"], placed["oy"]], -1), middle)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 100])
def test_disks_of_a_grid_do_not_overlap(count):
    middles, size = grid(count)
    middles = np.array(middles)
    assert middles.shape == (count, 2) and (np.abs(middles) + size <= 1 + 1e-12).all()
    apart = np.linalg.norm(middles[:, None] - middles, axis=-1) + 9 * np.eye(count)
    assert (apart > 2 * size).all()
    assert (np.diff(middles[:, 1]) <= 1e-12).all(), "rows come from above"


def test_gaps_stay_gaps_and_the_origin_stays_put():
    placed = Chart().place(np.array([[np.nan, np.nan], [0.0, 0.0]]))
    assert np.isnan(placed["x"][0]) and np.isnan(placed["y"][0])
    assert (placed["x"][1], placed["y"][1]) == (0, 0)
