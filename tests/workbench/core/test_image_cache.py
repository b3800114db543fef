"""Images are read once and soon forgotten."""

from concurrent.futures import Future

import numpy as np
import pytest

from hdd.errors import HDDError
from workbench.core.image_cache import STEPS_KEPT, ImageCache
from workbench.core.source import StepImages


class Reader:
    """Answers when it is told to."""

    def __init__(self):
        self.asked, self.arrivals = [], 0

    def read(self, step):
        self.asked.append((step, Future()))
        return self.asked[-1][1]

    def arrived(self):
        self.arrivals += 1

    def answer(self, index=-1):
        step, future = self.asked[index]
        future.set_result(StepImages(step, np.full((1, 1, 2, 2), step, np.float32)))

    @property
    def steps(self):
        return [step for step, _ in self.asked]


@pytest.fixture
def reader():
    return Reader()


@pytest.fixture
def cache(reader):
    return ImageCache(reader.read, reader.arrived)


def test_images_are_asked_for_once_and_said_to_be_there(cache, reader):
    assert cache.get(5) is cache.get(5) is None
    assert (reader.steps, reader.arrivals) == ([5], 0)
    reader.answer()
    assert reader.arrivals == 1
    assert cache.get(5).step == 5
    assert reader.steps == [5]


def test_what_is_read_at_once_is_given_at_once(reader):
    def read(step):
        future = reader.read(step)
        reader.answer()
        return future

    cache = ImageCache(read, reader.arrived)
    assert cache.get(3).step == 3
    assert reader.arrivals == 0


@pytest.mark.parametrize("error", [HDDError("thinned"), OSError("gone")])
def test_images_that_are_gone_are_none_and_asked_for_again(cache, reader, error):
    cache.get(5)
    reader.asked[-1][1].set_exception(error)
    assert (reader.arrivals, cache.problem) == (1, str(error))
    assert cache.get(5) is None
    assert reader.steps == [5, 5]


def test_only_the_last_ones_are_kept_and_the_start(cache, reader):
    for step in range(3 * STEPS_KEPT):
        cache.get(step)
        reader.answer()
    assert len(cache._images) == STEPS_KEPT
    assert cache.get(0) and cache.get(3 * STEPS_KEPT - 1)
    assert cache.get(1) is None


def test_a_rewind_makes_what_was_read_or_asked_for_before_worthless(cache, reader):
    cache.get(5)
    reader.answer()
    cache.get(6)
    cache.follow(1)
    reader.answer()
    assert reader.arrivals == 1
    assert cache.get(5) is cache.get(6) is None
    assert reader.steps == [5, 6, 5, 6]
    cache.follow(1)
    reader.answer()
    assert cache.get(6).step == 6
