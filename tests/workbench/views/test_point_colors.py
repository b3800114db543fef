"""The colours of points say what they are asked to say."""

import numpy as np
import pytest
from scripted import images
from stand_in import look, sample

from hdd.projection import Geometry, Pruning
from workbench.core.class_layout import ClassLayout
from workbench.core.disk_requests import DiskRequest, DrawnDisk, Look
from workbench.theme import class_colors
from workbench.views.point_colors import KEPT, NEITHER, PALETTE, PRUNED, TITLES, Scale, color_points

LAYOUT = ClassLayout.of_equal(10, 10)
SHARES = np.linspace(0.05, 0.15, 10)


@pytest.fixture(scope="module")
def disk():
    asked = Look(Geometry(-1.0, 1.0, None, "closed"), "plane", "random", Pruning(0.5, "random", "near"), 0)
    answer = look(None, images(3), LAYOUT.labels, asked.geometry, "plane", asked.pruning)
    return DrawnDisk(DiskRequest(3, asked), *answer)


def colors(disk, by, shares=SHARES):
    return color_points(by, disk, sample(None), LAYOUT, shares)


@pytest.mark.parametrize("by", TITLES)
def test_every_point_has_a_colour(disk, by):
    found = colors(disk, by)
    assert (len(found.real), len(found.synthetic)) == (60, 100)
    assert (found.scale is None) == (by in ("class", "kept", "nearest"))


def test_classes_and_nearest_classes_have_the_colours_of_classes(disk):
    own = np.array(class_colors(10))
    assert colors(disk, "class").synthetic == own[LAYOUT.labels].tolist()
    assert colors(disk, "nearest").synthetic == own[disk.projection.synthetic_nearest].tolist()
    assert colors(disk, "nearest").real == own[disk.projection.real_nearest].tolist()


def test_pruned_points_differ_from_kept_ones(disk):
    found = colors(disk, "kept")
    assert found.real == [KEPT if kept else PRUNED for kept in disk.projection.kept]
    assert set(found.synthetic) == {NEITHER}


@pytest.mark.parametrize(("by", "values"), [("radius", "synthetic_radius"), ("distance", "synthetic_distance")])
def test_larger_values_are_lighter(disk, by, values):
    found, values = colors(disk, by), getattr(disk.projection, values)
    assert found.scale.low <= values.min() and values.max() <= found.scale.high
    places = [PALETTE.index(color) for color in found.synthetic]
    assert (np.diff(np.array(places)[values.argsort()]) >= 0).all()


def test_a_share_that_was_not_recorded_is_grey(disk):
    shares = SHARES.copy()
    shares[3] = np.nan
    found = colors(disk, "loss", shares)
    assert {color for color, label in zip(found.synthetic, LAYOUT.labels, strict=True) if label == 3} == {NEITHER}
    assert NEITHER not in {color for color, label in zip(found.synthetic, LAYOUT.labels, strict=True) if label != 3}


@pytest.mark.parametrize(("low", "high"), [(1.83, 2.11), (0.0, 0.0), (5.0, 5.0), (1e-9, 3e-9), (-3.0, 700.0)])
def test_the_ends_of_a_scale_are_round_and_hold_all_values(low, high):
    scale = Scale.of(np.array([low, high, np.nan]))
    assert scale.low <= low + 1e-12 and scale.high >= high - 1e-12
    assert scale.high - scale.low <= 2 * (high - low) + 1e-5 * max(1, abs(high))
    assert Scale.of(np.array([low, high])) == scale


def test_nothing_to_show_has_a_scale_too():
    assert Scale.of(np.array([np.nan])).colors(np.array([np.nan])) == [NEITHER]
