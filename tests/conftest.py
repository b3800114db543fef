"""How all tests run, and the data that they share."""

import os

import pytest
from hypothesis import settings

# Tests run engines beside themselves on the same cores, and spinning threads would hold each other up.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# Property tests draw the same examples every time, and a busy machine fails none of them.
settings.register_profile("hdd", derandomize=True, deadline=None)
settings.load_profile("hdd")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """No test reads or writes the user's cache of decoded images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HDD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def digits(own_cache):
    from hdd.data import load

    return load("digits")


@pytest.fixture(scope="session")
def toy_dataset():
    """Makes a data set of random pixels: classes differ in brightness, and each has its own number of images."""
    import numpy as np
    import torch

    from hdd.data import Dataset

    def make(counts=(9, 7, 11), channels=1, side=8):
        random = np.random.default_rng(0)
        labels = random.permutation(np.repeat(np.arange(len(counts)), counts))
        offset = 40 * labels[:, None, None, None]
        pixels = random.integers(0, 120, (len(labels), channels, side, side)) + offset
        images, labels = torch.from_numpy(pixels.astype(np.uint8)), torch.from_numpy(labels)
        fractions = images.double() / 255
        mean, std = (value.float() for value in (fractions.mean((0, 2, 3)), fractions.std((0, 2, 3))))
        classes = tuple(f"class {label}" for label in range(len(counts)))
        return Dataset("toy", images, labels, images, labels, classes, mean, std, "")

    return make
