"""The images of a class from root to leaf."""

import numpy as np
import pytest
import torch

from hdd.geometry import distance
from hdd.projection import Geometry, Viewing
from hdd.projection.hierarchy import SHOWN, hierarchy, parents
from hdd.projection.space import ViewingSpace
from hdd.settings import initial_settings


@pytest.fixture(scope="module")
def space(digits):
    return ViewingSpace(digits, Viewing.of(initial_settings("digits", network_width=16)), points=1000)


@pytest.fixture(scope="module")
def synthetic(digits):
    labels = np.repeat(np.arange(10), 4)
    chosen = [np.flatnonzero(digits.test_labels.numpy() == label)[:4] for label in range(10)]
    return digits.normalise(digits.test_images[np.concatenate(chosen)]), labels


@pytest.mark.parametrize(
    "geometry",
    [Geometry(-1.0, None, None, "closed"), Geometry(-4.0, None, 10.0, "karcher", "mean")],
    ids=["plain", "centred, clamped"],
)
def test_images_are_ordered_by_their_exact_distance_to_the_root(space, synthetic, geometry):
    found = hierarchy(space, *synthetic, geometry, 3)
    assert len(found.real) == SHOWN and len(found.synthetic) == 4
    assert (space.labels[found.real] == 3).all() and (synthetic[1][found.synthetic] == 3).all()
    scene, _ = space.scene(*synthetic, geometry)
    points = torch.cat([scene.real[found.real], scene.synthetic[found.synthetic]])
    np.testing.assert_allclose(found.distances, distance(points, scene.real_centroids[3]), rtol=1e-9)
    for part in (found.distances[:SHOWN], found.distances[SHOWN:]):
        assert (np.diff(part) >= 0).all()
    np.testing.assert_allclose(np.linalg.norm(found.places, axis=1), found.distances, rtol=1e-6)
    every = distance(scene.real[torch.from_numpy(scene.labels == 3)], scene.real_centroids[3])
    assert found.distances[[0, SHOWN - 1]] == pytest.approx([float(every.min()), float(every.max())])


def test_every_image_hangs_on_the_nearest_of_those_nearer_to_the_root():
    points = torch.from_numpy(np.random.default_rng(0).standard_normal((20, 3)))
    points[0] *= 1e-3
    distances = points.norm(dim=1).numpy()
    found = parents(points, distances)
    for image, parent in enumerate(found):
        inner = [other for other in range(20) if distances[other] < distances[image]]
        apart = {other: float(distance(points[image], points[other])) for other in inner}
        nearest = min(apart, key=apart.get, default=None)
        expected = -1 if nearest is None or apart[nearest] >= distances[image] else nearest
        assert parent == expected
    assert found[0] == -1
    assert (found >= -1).all()


def test_other_networks_order_the_images_somewhat_alike_but_not_noise(space, synthetic, digits):
    agreement = hierarchy(space, *synthetic, Geometry(-1.0, None, None, "closed"), 0).agreement
    assert 0.2 < agreement < 1
    again = hierarchy(space, *synthetic, Geometry(-1.0, None, None, "closed"), 0).agreement
    assert again == agreement


def test_the_other_networks_differ_from_each_other_and_from_the_first(space):
    rows = np.arange(5)
    first, second = (space.features_of_another(rows, number) for number in (1, 2))
    assert first.dtype == torch.float64
    assert not torch.allclose(first, second)
    assert not torch.allclose(first, space.sample_features[:5])
