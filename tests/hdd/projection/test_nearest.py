import math

import numpy as np
import pytest
import torch

from hdd.projection import Viewing
from hdd.projection import nearest as module
from hdd.projection.space import ViewingSpace
from hdd.settings import Settings


@pytest.fixture
def data(toy_dataset):
    return toy_dataset((9, 7, 11), channels=3)


@pytest.fixture
def space(data):
    """A sample of three images: the others must be found as well."""
    return ViewingSpace(data, Viewing.of(Settings(network_width=8, network_depth=2, device="cpu")), points=3)


def test_a_training_image_finds_itself(data, space):
    for index in range(len(data.train_images)):
        nearest = space.nearest(data.normalise(data.train_images[index]))
        assert nearest.pixels.indices[0] == nearest.features.indices[0] == index
        assert nearest.pixels.distances[0] == 0
        assert nearest.features.distances[0] < 1e-4 * nearest.features.distances[1]
        assert nearest.pixels.labels[0] == data.train_labels[index]


@pytest.mark.parametrize("numbers", [1, 400, 2**24])
def test_neighbours_are_those_of_a_plain_search(data, space, numbers, monkeypatch):
    """In blocks of any height."""
    monkeypatch.setattr(module, "CHUNK_NUMBERS", numbers)
    image = torch.from_numpy(np.random.default_rng(0).standard_normal((3, 8, 8)).astype(np.float32))
    shown = data.to_pixels(image).double() / 255
    far = (data.train_images.double() / 255 - shown).square().mean(dim=(1, 2, 3)).sqrt()
    nearest = space.nearest(image.numpy(), count=6)
    assert nearest.pixels.indices.tolist() == far.argsort()[:6].tolist()
    np.testing.assert_allclose(nearest.pixels.distances, far.sort().values[:6], rtol=1e-6)
    whole = space.features(torch.cat([data.normalise(data.train_images), image[None]])).double()
    far = (whole[:-1] - whole[-1]).norm(dim=1)
    assert nearest.features.indices.tolist() == far.argsort()[:6].tolist()
    np.testing.assert_allclose(nearest.features.distances, far.sort().values[:6], rtol=1e-4)
    for found in (nearest.pixels, nearest.features):
        assert found.labels.tolist() == data.train_labels[found.indices].tolist()
        assert found.indices.dtype == found.labels.dtype == np.int64 and found.distances.dtype == np.float64


def test_no_more_neighbours_than_images(data, space):
    assert len(space.nearest(data.normalise(data.train_images[0]), count=100).pixels.indices) == 27


def test_the_train_set_is_embedded_once(data, space):
    seen = []
    for index in (0, 1):
        space.nearest(data.normalise(data.train_images[index]), progress=lambda *done: seen.append(done))
    assert seen == [(27, 27)]


def test_large_feature_sets_are_kept_in_half_precision(data, space, monkeypatch):
    monkeypatch.setattr(module, "HALF_ABOVE_BYTES", 0)
    nearest = space.nearest(data.normalise(data.train_images[4]))
    assert space._train.dtype == torch.float16
    assert nearest.features.indices[0] == 4 and nearest.features.distances[0] < 0.01 * math.sqrt(32)
