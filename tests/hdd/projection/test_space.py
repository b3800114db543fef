import dataclasses
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch

from hdd.draws import generator
from hdd.errors import HDDError
from hdd.geometry import centroid, distance
from hdd.networks.convnet import ConvNet
from hdd.projection import Geometry, Projection, Pruning, Viewing
from hdd.projection.space import ViewingSpace
from hdd.projection.spread import QUANTILES
from hdd.pruning.scores import pruning_mask, score_images
from hdd.settings import Settings

GEOMETRY = Geometry(-2.0, 0.5, None, "closed")
VIEWS = ("plane", "classes")
"""The views that need no seconds to learn; tests/hdd/projection/test_views.py has more about each."""


def settings(**values):
    return Settings(**{"network_width": 8, "network_depth": 2, "device": "cpu", "seed": 3, **values})


def viewing(**values):
    return Viewing.of(settings(**values))


def rows(images):
    """Images (C, ipc, …) class after class, and their labels."""
    return images.reshape(-1, *images.shape[2:]), np.repeat(np.arange(images.shape[0]), images.shape[1])


@pytest.fixture(scope="module")
def data(toy_dataset):
    return toy_dataset((9, 7, 11), channels=3)


@pytest.fixture(scope="module")
def space(data):
    return ViewingSpace(data, viewing(), points=24)


def first_of(data):
    """The first training image of class 0."""
    return int((data.train_labels == 0).nonzero()[0, 0])


@pytest.fixture(scope="module")
def images(data):
    """Noise of shape (3, 4, 3, 8, 8); the first is a real image of its class."""
    noise = torch.from_numpy(np.random.default_rng(1).standard_normal((3, 4, 3, 8, 8)).astype(np.float32))
    noise[0, 0] = data.normalise(data.train_images[first_of(data)])
    return noise


def features(data, images):
    """Viewing features in float64, made from scratch."""
    network = ConvNet(data.channels, data.size, len(data.classes), 8, 2).draw(generator(3, "viewing"))
    with torch.no_grad():
        return network.embed(images).double()


def bits(projection):
    return [np.asarray(values).tobytes() for values in dataclasses.astuple(projection)[1:]]


def test_every_class_is_sampled_alike(data, space):
    labels = data.train_labels.numpy()
    assert space.indices.dtype == space.labels.dtype == np.int64
    assert np.array_equal(space.labels, labels[space.indices])
    assert len(set(space.indices)) == len(space.indices)
    assert np.bincount(space.labels).tolist() == [8, 7, 8]
    assert (np.diff(space.labels) >= 0).all()
    for label in range(3):
        own = generator(3, "viewing sample", 0, label).permutation(np.flatnonzero(labels == label))
        assert np.array_equal(space.indices[space.labels == label], own[:8])


@pytest.mark.parametrize(("points", "counts"), [(0, [1, 1, 1]), (6, [2, 2, 2]), (10**9, [9, 7, 11])])
def test_sample_size(data, points, counts):
    assert np.bincount(ViewingSpace(data, viewing(), points).labels).tolist() == counts


def test_embedding_tells_how_far_it_is(data, monkeypatch):
    monkeypatch.setattr("hdd.projection.space.EMBEDDED_AT_A_TIME", 10)
    told = []
    ViewingSpace(data, viewing(), points=24, progress=lambda *far: told.append(far))
    count = len(ViewingSpace(data, viewing(), points=24).indices)
    assert told == [(10, count), (20, count), (count, count)]


def test_viewing_network_comes_from_the_seed(data, space, images):
    torch.manual_seed(0)
    torch.testing.assert_close(space.features(images[0]).double(), features(data, images[0]), rtol=1e-4, atol=1e-5)
    assert torch.equal(ViewingSpace(data, viewing()).features(images[0]), space.features(images[0]))
    assert not torch.equal(ViewingSpace(data, viewing(seed=4)).features(images[0]), space.features(images[0]))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("clamp", [None, 2.05])
def test_radii_clamps_and_gaps_are_those_of_the_features(data, space, images, view, clamp):
    geometry = dataclasses.replace(GEOMETRY, clamp=clamp)
    projection = space.project(*rows(images), geometry, view)
    scaled = (
        0.5 * features(data, images.flatten(0, 1)),
        0.5 * features(data, data.normalise(data.train_images[space.indices])),
    )
    free = [math.sqrt(2) * points.norm(dim=-1) for points in scaled]
    assert 0 < (free[0] > 2.05).sum() < 12
    assert projection.synthetic_clamped.tolist() == (free[0] > (clamp or 1e9)).tolist()
    shrink = [(clamp / radius).clamp(max=1) if clamp else torch.ones_like(radius) for radius in free]
    for radius, factor, result in zip(free, shrink, (projection.synthetic_radius, projection.real_radius), strict=True):
        np.testing.assert_allclose(result, factor * radius, rtol=1e-5)
    synthetic, real = (points * factor[:, None] for points, factor in zip(scaled, shrink, strict=True))
    for label in range(3):
        ends = centroid(real[space.labels == label], None, -2.0), centroid(synthetic.view(3, 4, -1)[label], None, -2.0)
        assert projection.gap[label] == pytest.approx(math.sqrt(2) * float(distance(*ends, -2.0)), rel=1e-4)


@pytest.mark.parametrize("view", VIEWS)
def test_geodesics_end_at_the_centroids(space, images, view):
    projection = space.project(*rows(images), GEOMETRY, view)
    assert np.array_equal(projection.geodesics[:, 0], projection.real_centroids)
    assert np.array_equal(projection.geodesics[:, -1], projection.synthetic_centroids)
    lengths = np.linalg.norm(projection.geodesics, axis=-1)
    assert (lengths <= lengths[:, [0, -1]].max(axis=1, keepdims=True) * (1 + 1e-12)).all(), "they bow to the root"


@pytest.mark.parametrize("view", VIEWS)
def test_the_view_is_frozen(data, space, images, view):
    """Whatever was drawn before, also more geometries than are kept, and in another space of the same run."""
    first = bits(space.project(*rows(images), GEOMETRY, view))
    for step in range(1, 12):
        space.project(*rows(images + 1), Geometry(-float(step), 1.0, 2.0 * step, "karcher"), view)
    assert bits(space.project(*rows(images), GEOMETRY, view)) == first
    other = ViewingSpace(data, viewing(), points=24)
    other.project(*rows(images), Geometry(-7.0, 3.0, 1.0, "closed"), "plane")
    assert bits(other.project(*rows(images), GEOMETRY, view)) == first


@pytest.mark.parametrize("view", VIEWS)
def test_a_real_image_among_the_synthetic_lies_where_it_is_real(data, images, view):
    whole = ViewingSpace(data, viewing())
    projection = whole.project(*rows(images), GEOMETRY, view)
    place = whole.indices.tolist().index(first_of(data))
    np.testing.assert_allclose(projection.synthetic[0], projection.real[place], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("view", VIEWS)
def test_any_number_of_images_of_each_class_in_any_order(space, images, view):
    whole, labels = rows(images)
    full = space.project(whole, labels, GEOMETRY, view)
    # Four of the first class, one of the second, none of the third.
    chosen = np.array([2, 4, 0, 3, 1])
    ragged = space.project(whole[chosen], labels[chosen], GEOMETRY, view)
    for name in ("synthetic", "synthetic_radius", "synthetic_distance"):
        np.testing.assert_allclose(getattr(ragged, name), getattr(full, name)[chosen], rtol=1e-5, atol=1e-6)
    for name in ("gap", "synthetic_centroids", "geodesics"):
        drawn = getattr(ragged, name)
        np.testing.assert_allclose(drawn[0], getattr(full, name)[0], rtol=1e-5, atol=1e-6)
        assert np.isfinite(drawn[1]).all() and np.isnan(np.atleast_1d(drawn[2])[-1]).all()
    assert np.array_equal(ragged.real, full.real) and np.isfinite(ragged.real_centroids).all()
    result = space.faithfulness(whole[chosen], labels[chosen], GEOMETRY, ragged)
    assert result.points == len(space.labels) + 5 and 0 < result.trustworthiness <= 1


def test_a_scale_that_is_not_measured_is_the_initial_one(space, images):
    unmeasured = dataclasses.replace(GEOMETRY, feature_scale=None)
    measured = dataclasses.replace(GEOMETRY, feature_scale=space.initial_geometry.feature_scale)
    assert space.measured(unmeasured) == measured
    assert bits(space.project(*rows(images), unmeasured, "plane")) == bits(
        space.project(*rows(images), measured, "plane")
    )


@pytest.mark.parametrize("view", VIEWS)
def test_a_projection_belongs_to_its_caller(space, images, view):
    projection = space.project(*rows(images), GEOMETRY, view)
    before = bits(projection)
    for field in dataclasses.fields(projection)[1:]:
        getattr(projection, field.name).fill(0)
    for field, values in zip(dataclasses.fields(Projection)[1:], before, strict=True):
        assert getattr(space.project(*rows(images), GEOMETRY, view), field.name).tobytes() == values


def test_a_projection_is_numpy(space, images):
    projection = space.project(*rows(images.numpy()), GEOMETRY, "plane")
    assert bits(projection) == bits(space.project(*rows(images), GEOMETRY, "plane"))
    shapes = {"real": (23, 2), "synthetic": (12, 2), "real_centroids": (3, 2), "synthetic_centroids": (3, 2)}
    shapes |= {"geodesics": (3, 17, 2), "real_radius": (23,), "synthetic_radius": (12,), "gap": (3,)}
    shapes |= {"real_distance": (23,), "synthetic_distance": (12,)}
    shapes |= {"real_quantiles": (4, 5), "synthetic_quantiles": (4, 5)}
    for name, shape in shapes.items():
        values = getattr(projection, name)
        assert type(values) is np.ndarray and values.dtype == np.float64 and values.shape == shape
    for name, shape in {"synthetic_clamped": (12,), "kept": (23,)}.items():
        assert getattr(projection, name).dtype == bool and getattr(projection, name).shape == shape


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kind", ["closed", "karcher"])
@pytest.mark.parametrize("clamp", [None, 1e-3, 1e6])
def test_points_stay_finite(space, images, view, kind, clamp):
    for curvature in (-1e-4, -1.0, -1e4):
        for scale in (1e-6, 1.0, 40.0, 1e6):
            if kind == "karcher" and scale > 1:
                continue
            geometry = Geometry(curvature, scale, clamp, kind)
            for some in (images, images[:, :1]):
                projection = space.project(*rows(some), geometry, view)
                assert all(np.isfinite(values).all() for values in dataclasses.astuple(projection)[1:])
                space.faithfulness(*rows(some), geometry, projection)


@pytest.mark.parametrize("view", VIEWS)
def test_one_image_in_one_dimension(toy_dataset, view):
    data = toy_dataset((1,))
    lone = ViewingSpace(data, viewing(network_width=1, network_depth=3))
    images = data.normalise(data.train_images)[None]
    projection = lone.project(*rows(images), GEOMETRY, view)
    assert projection.real.shape == projection.synthetic.shape == (1, 2)
    assert projection.gap[0] == pytest.approx(0, abs=1e-6)
    result = lone.faithfulness(*rows(images), GEOMETRY, projection)
    assert math.isnan(result.trustworthiness) and (result.points, result.neighbours) == (2, 0)


def test_faithfulness_of_two_dimensions_is_perfect(data, images):
    """The view "plane" of a plane is an isometry."""
    flat = ViewingSpace(data, viewing(network_width=2, network_depth=3), points=24)
    geometry = Geometry(-1.0, 1.0, None, "closed")
    result = flat.faithfulness(*rows(images), geometry, flat.project(*rows(images), geometry, "plane"))
    assert min(result.trustworthiness, result.continuity) > 0.999
    assert result.class_accuracy == pytest.approx(result.own_class_accuracy, abs=0.06)
    assert (result.points, result.neighbours) == (23 + 12, 10)


def test_centroids_are_those_of_the_kept_images(data, space, images):
    pruning = Pruning(0.5, "centroid", "near")
    projection = space.project(*rows(images), GEOMETRY, "plane", pruning)
    assert np.array_equal(projection.kept, space.kept(pruning)) and 0 < projection.kept.sum() < 23
    points = 0.5 * features(data, data.normalise(data.train_images[space.indices]))
    synthetic = 0.5 * features(data, images.flatten(0, 1)).view(3, 4, -1)
    for label in range(3):
        mine = centroid(points[projection.kept & (space.labels == label)], None, -2.0)
        gap = math.sqrt(2) * float(distance(mine, centroid(synthetic[label], None, -2.0), -2.0))
        assert projection.gap[label] == pytest.approx(gap, rel=1e-4)
        own = math.sqrt(2) * distance(points[space.labels == label], mine, -2.0)
        np.testing.assert_allclose(projection.real_distance[space.labels == label], own, rtol=1e-4)
    assert not np.allclose(projection.gap, space.project(*rows(images), GEOMETRY, "plane").gap)


def test_quantiles_are_those_of_the_kept_images(space, images):
    pruning, matched = Pruning(0.5, "centroid", "near"), np.arange(12) % 4 > 0
    projection = space.project(*rows(images), GEOMETRY, "plane", pruning, matched)
    labels = rows(images)[1]
    for values, own, found in (
        (projection.real_distance[projection.kept], space.labels[projection.kept], projection.real_quantiles),
        (projection.synthetic_distance[matched], labels[matched], projection.synthetic_quantiles),
    ):
        for label in range(3):
            np.testing.assert_allclose(found[label], np.quantile(values[own == label], QUANTILES))
        np.testing.assert_allclose(found[3], np.quantile(values, QUANTILES))
    lone = space.project(*rows(images[:1]), GEOMETRY, "plane").synthetic_quantiles
    assert np.isfinite(lone[[0, 3]]).all() and np.isnan(lone[[1, 2]]).all()


def test_features_can_be_centred(data, space, images):
    geometry = dataclasses.replace(GEOMETRY, feature_centre="mean")
    projection = space.project(*rows(images), geometry, "plane")
    real = features(data, data.normalise(data.train_images[space.indices]))
    shifted = math.sqrt(2) * 0.5 * (real - real.mean(dim=0)).norm(dim=1)
    np.testing.assert_allclose(projection.real_radius, shifted, rtol=1e-4)
    # A scale that is not given is measured on centred features.
    measured = space.measured(dataclasses.replace(geometry, feature_scale=None))
    assert measured.feature_scale != space.initial_geometry.feature_scale
    unit = dataclasses.replace(measured, curvature=space.initial_geometry.curvature)
    assert np.median(space.project(*rows(images), unit, "plane").real_radius) == pytest.approx(2, rel=1e-5)


@pytest.mark.parametrize("score", ["origin", "centroid", "euclidean", "random"])
@pytest.mark.parametrize("keep", ["near", "far"])
def test_kept_images_are_those_of_the_engine(data, space, score, keep):
    scores = score_images(data, 3, 2, torch.device("cpu"))[score]
    for rate in (0.0, 0.5, 0.95):
        mask = pruning_mask(scores, data.train_labels, rate, keep).numpy()
        kept = space.kept(Pruning(rate, score, keep))
        assert kept.dtype == bool and np.array_equal(kept, mask[space.indices])


def test_a_device_that_is_not_here_gives_way_to_the_cpu(data):
    assert ViewingSpace(data, viewing(device="cuda:99")).device == torch.device("cpu")


def test_unknown_view(space, images):
    with pytest.raises(HDDError, match="There is no view 'disk': give one of neighbourhoods, plane, classes"):
        space.project(*rows(images), GEOMETRY, "disk")


def test_geometry_is_that_of_the_settings():
    run = settings(curvature=-4.0, clamp=10.0, centroid="karcher", feature_centre="mean")
    assert Geometry.of(run, 0.25) == Geometry(-4.0, 0.25, 10.0, "karcher", "mean")
    assert len({Geometry.of(run, 0.25), Geometry.of(run, 0.25)}) == 1
    assert Viewing.of(run) == dataclasses.replace(Viewing.of(run, "f00"), fingerprint=None)
    assert pickle.loads(pickle.dumps(Viewing.of(run))) == Viewing.of(run)


def test_initial_geometry_measures_an_automatic_scale_on_the_sample(data, space, images):
    geometry = space.initial_geometry
    assert np.median(space.project(*rows(images), geometry, "plane").real_radius) == pytest.approx(2, rel=1e-6)
    assert ViewingSpace(data, viewing(feature_scale=3.0)).initial_geometry.feature_scale == 3


def test_viewers_need_no_torch_and_spaces_no_umap():
    code = "import sys, hdd.projection as p; p.VIEWS, p.Projection; assert 'torch' not in sys.modules\n"
    code += "import hdd.projection.space; assert not {'umap', 'numba'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert {field.name for field in dataclasses.fields(Projection)} >= {"real", "synthetic", "gap"}
