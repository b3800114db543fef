"""Sessions that show the same images share their pixels, and none sees what another does with its own."""

import numpy as np
import pytest

from hdd.pixels import to_pixels
from workbench.core import shared_pixels
from workbench.core.shared_pixels import ARRAYS_KEPT, SharedPixels

MEAN, STD = np.array([0.5], np.float32), np.array([0.25], np.float32)


@pytest.fixture
def made(monkeypatch):
    """The arrays whose pixels were made."""
    made = []
    monkeypatch.setattr(shared_pixels, "to_pixels", lambda images, *how: made.append(images) or to_pixels(images, *how))
    return made


def images(seed):
    return np.random.default_rng(seed).normal(size=(3, 1, 4, 4)).astype(np.float32)


def test_pixels_are_made_once_and_each_may_change_its_own(made):
    shared, some = SharedPixels(MEAN, STD), images(0)
    first = shared.of(some)
    assert np.array_equal(first, to_pixels(some, MEAN, STD))
    first.fill(0)
    assert np.array_equal(shared.of(some), to_pixels(some, MEAN, STD)) and len(made) == 1


def test_only_the_newest_are_kept(made):
    shared, arrays = SharedPixels(MEAN, STD), [images(seed) for seed in range(ARRAYS_KEPT + 1)]
    for each in (*arrays, arrays[-1], arrays[0]):
        assert np.array_equal(shared.of(each), to_pixels(each, MEAN, STD))
    assert len(made) == ARRAYS_KEPT + 2
    shared.clear()
    shared.of(arrays[0])
    assert len(made) == ARRAYS_KEPT + 3
