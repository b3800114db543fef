"""A set of real digits that were not used for training, with faults that a test plants."""

from dataclasses import replace

import numpy as np
import pytest

from hdd.audit import Subject
from hdd.projection import Viewing
from hdd.sets import SyntheticSet
from hdd.settings import initial_settings

PER_CLASS = 8


@pytest.fixture
def fresh(digits):
    """A set of test images, which are nothing but fresh real images."""
    labels = digits.test_labels.numpy()
    chosen = np.concatenate([np.flatnonzero(labels == label)[-PER_CLASS:] for label in range(10)])
    images = digits.normalise(digits.test_images[chosen]).numpy()
    return SyntheticSet(images, labels[chosen], digits.classes, tuple(digits.mean.tolist()), tuple(digits.std.tolist()))


@pytest.fixture
def look_at(digits):
    """Makes the subject of an audit."""

    def make(synthetic, initial=None, progress=None, **viewing):
        settings = initial_settings("digits", network_width=16)
        return Subject(synthetic, digits, replace(Viewing.of(settings), **viewing), initial, progress)

    return make
