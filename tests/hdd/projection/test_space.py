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
from hdd.networks import ConvNet
from hdd.projection import Geometry, Projection, Pruning, Viewing
from hdd.projection.space import ViewingSpace
from hdd.pruning.scores import pruning_mask, score_images
from hdd.settings import Settings, initial_settings

GEOMETRY = Geometry(-2.0, 0.5, None, "closed")
VIEWS = ("radius", "poincare")


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


@pytest.fixture(scope="module")
def images(data):
    """Noise of shape (3, 4, 3, 8, 8); the first is a real image."""
    noise = torch.from_numpy(np.random.default_rng(1).standard_normal((3, 4, 3, 8, 8)).astype(np.float32))
    noise[0, 0] = data.normalise(data.train_images[0])
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
        if view == "radius":
            drawn = projection.real_centroids[label], projection.synthetic_centroids[label]
            for end, point in zip(ends, drawn, strict=True):
                assert np.linalg.norm(point) == pytest.approx(math.sqrt(2) * float(end.norm()), rel=1e-5)


def test_radius_view_draws_exact_radii(space, images):
    for geometry in (GEOMETRY, Geometry(-9.0, 2.0, 4.0, "closed"), Geometry(-1e4, 1e6, None, "closed")):
        projection = space.project(*rows(images), geometry)
        for points, radius in (
            (projection.real, projection.real_radius),
            (projection.synthetic, projection.synthetic_radius),
        ):
            np.testing.assert_allclose(np.linalg.norm(points, axis=1), radius, rtol=1e-13)


def test_poincare_view_looks_from_the_centroid_of_the_real_points(data, space, images):
    """In a space of two dimensions the projection loses nothing, so distances from the centroid can be read off."""
    small = ViewingSpace(data, viewing(network_width=2, network_depth=3), points=24)
    geometry = Geometry(-2.0, 1.0, None, "closed")
    projection = small.project(*rows(images), geometry, "poincare")
    points = small.features(data.normalise(data.train_images[small.indices])).double()
    far = math.sqrt(2) * distance(points, centroid(points, None, -2.0), -2.0)
    np.testing.assert_allclose(np.linalg.norm(projection.real, axis=1), far, rtol=1e-4, atol=1e-6)
    drawn = torch.from_numpy(np.concatenate([projection.real_centroids, projection.synthetic_centroids]))
    np.testing.assert_allclose(distance(drawn[:3], drawn[3:]), projection.gap, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("view", VIEWS)
def test_geodesics_end_at_the_centroids(space, images, view):
    projection = space.project(*rows(images), GEOMETRY, view)
    assert np.array_equal(projection.geodesics[:, 0], projection.real_centroids)
    assert np.array_equal(projection.geodesics[:, -1], projection.synthetic_centroids)
    lengths = np.linalg.norm(projection.geodesics, axis=-1)
    if view == "radius":
        assert (lengths <= lengths[:, [0, -1]].max(axis=1, keepdims=True)).all(), "distance is convex along a geodesic"
    else:
        strides = np.linalg.norm(np.diff(projection.geodesics, axis=1), axis=-1)
        assert (strides < 2 * strides.mean(axis=1, keepdims=True)).all()


@pytest.mark.parametrize("view", VIEWS)
def test_the_view_is_frozen(data, space, images, view):
    """Whatever was drawn before, also more geometries than are kept, and in another space of the same run."""
    first = bits(space.project(*rows(images), GEOMETRY, view))
    for step in range(1, 12):
        space.project(*rows(images + 1), Geometry(-float(step), 1.0, 2.0 * step, "karcher"), view)
    assert bits(space.project(*rows(images), GEOMETRY, view)) == first
    other = ViewingSpace(data, viewing(), points=24)
    other.project(*rows(images), Geometry(-7.0, 3.0, 1.0, "closed"), "poincare")
    assert bits(other.project(*rows(images), GEOMETRY, view)) == first


@pytest.mark.parametrize("view", VIEWS)
def test_a_real_image_among_the_synthetic_lies_where_it_is_real(data, images, view):
    whole = ViewingSpace(data, viewing())
    projection = whole.project(*rows(images), GEOMETRY, view)
    place = whole.indices.tolist().index(0)
    np.testing.assert_allclose(projection.synthetic[0], projection.real[place], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("view", VIEWS)
def test_any_number_of_images_of_each_class_in_any_order(space, images, view):
    whole, labels = rows(images)
    full = space.project(whole, labels, GEOMETRY, view)
    # Four of the first class, one of the second, none of the third.
    chosen = np.array([2, 4, 0, 3, 1])
    ragged = space.project(whole[chosen], labels[chosen], GEOMETRY, view)
    for name in ("synthetic", "synthetic_radius"):
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
    assert bits(space.project(*rows(images), unmeasured)) == bits(space.project(*rows(images), measured))


@pytest.mark.parametrize("view", VIEWS)
def test_a_projection_belongs_to_its_caller(space, images, view):
    projection = space.project(*rows(images), GEOMETRY, view)
    before = bits(projection)
    for field in dataclasses.fields(projection)[1:]:
        getattr(projection, field.name).fill(0)
    for field, values in zip(dataclasses.fields(Projection)[1:], before, strict=True):
        assert getattr(space.project(*rows(images), GEOMETRY, view), field.name).tobytes() == values


def test_a_projection_is_numpy(space, images):
    projection = space.project(*rows(images.numpy()), GEOMETRY)
    assert bits(projection) == bits(space.project(*rows(images), GEOMETRY))
    shapes = {"real": (23, 2), "synthetic": (12, 2), "real_centroids": (3, 2), "synthetic_centroids": (3, 2)}
    shapes |= {"geodesics": (3, 17, 2), "real_radius": (23,), "synthetic_radius": (12,), "gap": (3,)}
    for name, shape in shapes.items():
        values = getattr(projection, name)
        assert type(values) is np.ndarray and values.dtype == np.float64 and values.shape == shape
    assert projection.synthetic_clamped.dtype == bool and projection.synthetic_clamped.shape == (12,)


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
    """The view "poincare" of a plane is an isometry."""
    flat = ViewingSpace(data, viewing(network_width=2, network_depth=3), points=24)
    geometry = Geometry(-1.0, 1.0, None, "closed")
    result = flat.faithfulness(*rows(images), geometry, flat.project(*rows(images), geometry, "poincare"))
    assert min(result.trustworthiness, result.continuity, result.radius_rank) > 0.999
    assert (result.points, result.neighbours) == (23 + 12, 10)


def test_faithfulness_on_digits(digits):
    run = initial_settings(device="cpu")
    space = ViewingSpace(digits, Viewing.of(run), points=400)
    real = [torch.nonzero(digits.train_labels == label)[:4, 0] for label in range(10)]
    images = torch.stack([digits.normalise(digits.train_images[own]) for own in real])
    geometry = Geometry.of(run, 0.35)
    radius, poincare = (
        space.faithfulness(*rows(images), geometry, space.project(*rows(images), geometry, view)) for view in VIEWS
    )
    assert radius.points == poincare.points == 340
    assert radius.radius_rank == pytest.approx(1)
    assert radius.trustworthiness > 0.7 and radius.continuity > 0.8
    assert poincare.trustworthiness > 0.75 and poincare.continuity > 0.85
    clamped = dataclasses.replace(geometry, clamp=1.0)
    assert math.isnan(space.faithfulness(*rows(images), clamped, space.project(*rows(images), clamped)).radius_rank)


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
    with pytest.raises(HDDError, match="There is no view 'disk': give one of radius, poincare, umap"):
        space.project(*rows(images), GEOMETRY, "disk")


def test_geometry_is_that_of_the_settings():
    run = settings(curvature=-4.0, clamp=10.0, centroid="karcher")
    assert Geometry.of(run, 0.25) == Geometry(-4.0, 0.25, 10.0, "karcher")
    assert len({Geometry.of(run, 0.25), Geometry.of(run, 0.25)}) == 1
    assert Viewing.of(run) == dataclasses.replace(Viewing.of(run, "f00"), fingerprint=None)
    assert pickle.loads(pickle.dumps(Viewing.of(run))) == Viewing.of(run)


def test_initial_geometry_measures_an_automatic_scale_on_the_sample(data, space, images):
    geometry = space.initial_geometry
    assert np.median(space.project(*rows(images), geometry).real_radius) == pytest.approx(2, rel=1e-6)
    assert ViewingSpace(data, viewing(feature_scale=3.0)).initial_geometry.feature_scale == 3


def test_viewers_need_no_torch_and_spaces_no_umap():
    code = "import sys, hdd.projection as p; p.VIEWS, p.Projection; assert 'torch' not in sys.modules\n"
    code += "import hdd.projection.space; assert not {'umap', 'numba'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert {field.name for field in dataclasses.fields(Projection)} >= {"real", "synthetic", "gap"}
