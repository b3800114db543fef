"""What every view keeps to, and what each of them promises."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from hdd.geometry import centroid, distance, pairwise_distance
from hdd.geometry.numerics import norm
from hdd.projection import VIEWS
from hdd.projection.centroids import class_centroids
from hdd.projection.charts import geodesics
from hdd.projection.scene import Scene

CLASSES, REAL, SYNTHETIC = 4, 30, 5


def scene(seed=0, radius=2.0, classes=CLASSES, pruned=False, missing=()):
    random = np.random.default_rng(seed)
    middles = random.standard_normal((classes, 1, 9))
    real, synthetic = (
        torch.from_numpy((middles + 0.7 * random.standard_normal((classes, each, 9))).reshape(-1, 9))
        for each in (REAL, SYNTHETIC)
    )
    scale = radius / norm(real).median()
    real, synthetic = real * scale, synthetic * scale
    labels, made = np.repeat(np.arange(classes), REAL), np.repeat(np.arange(classes), SYNTHETIC)
    there = ~np.isin(made, missing)
    kept = random.random(len(labels)) < 0.5 if pruned else np.ones(len(labels), bool)
    real_centroids = class_centroids(real[torch.from_numpy(kept)], labels[kept], classes)
    synthetic_centroids = class_centroids(synthetic[torch.from_numpy(there)], made[there], classes)
    return Scene(
        real, labels, kept, real_centroids, centroid(real[torch.from_numpy(kept)]), synthetic[torch.from_numpy(there)],
        made[there], synthetic_centroids, distance(real_centroids, synthetic_centroids),
    )  # fmt: skip


@pytest.fixture(scope="module", params=VIEWS)
def view(request):
    """Each view, which has learned from one scene."""
    kind = VIEWS[request.param]
    return kind(kind.learn(scene(), 0))


def parts(drawing):
    return [getattr(drawing, field.name) for field in dataclasses.fields(drawing)]


def test_it_says_what_it_is(view):
    assert view.title and view.preserves.endswith(".")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 30), radius=st.sampled_from([0.01, 2.0, 20.0]))
def test_geodesics_bow_towards_the_root_in_every_view(view, seed, radius):
    drawing = view.draw(scene(seed, radius))
    path = geodesics(drawing.real_centroids, drawing.synthetic_centroids, 17)
    lengths, along = norm(path), torch.linspace(0, 1, 17).double()
    straight = lengths[:, :1] * (1 - along) + lengths[:, -1:] * along
    assert (lengths <= straight * (1 + 1e-7) + 1e-12).all()


def test_a_point_is_drawn_in_the_same_place_whatever_else_is_drawn(view):
    whole, ragged = scene(), scene(missing=(1,))
    one, other = view.draw(whole), view.draw(ragged)
    assert torch.equal(one.real, other.real)
    left = torch.from_numpy(whole.synthetic_labels != 1)
    torch.testing.assert_close(one.synthetic[left], other.synthetic, rtol=1e-9, atol=1e-9)
    assert torch.isnan(other.synthetic_centroids[1]).all()
    assert torch.isfinite(other.synthetic_centroids[[0, 2, 3]]).all()


def test_a_real_image_among_the_synthetic_is_drawn_near_its_real_point(view):
    seen = scene()
    drawing = view.draw(dataclasses.replace(seen, synthetic=seen.real[::6], synthetic_labels=seen.labels[::6]))
    off = distance(drawing.synthetic, drawing.real[::6])
    spread = pairwise_distance(drawing.real, drawing.real).median()
    assert off.median() < 0.35 * spread


@pytest.mark.parametrize("radius", [0.0, 1e-6, 50.0, 600.0])
def test_points_stay_finite(view, radius):
    seen = scene() if radius else dataclasses.replace(scene(), real=0 * scene().real)
    drawing = view.draw(scene(1, radius) if radius else seen)
    assert all(torch.isfinite(part).all() for part in parts(drawing))


def test_one_class_of_one_image():
    for kind in VIEWS.values():
        lone = scene(classes=1)
        drawing = kind(kind.learn(lone, 0)).draw(
            dataclasses.replace(lone, synthetic=lone.synthetic[:1], synthetic_labels=lone.synthetic_labels[:1])
        )
        assert all(torch.isfinite(part).all() for part in parts(drawing))


@pytest.mark.parametrize("name", ["neighbourhoods", "classes"])
def test_gaps_are_exact(name):
    kind = VIEWS[name]
    view = kind(kind.learn(scene(), 0))
    for seen in (scene(3), scene(4, pruned=True)):
        drawing = view.draw(seen)
        drawn = distance(drawing.real_centroids, drawing.synthetic_centroids)
        torch.testing.assert_close(drawn, seen.gap, rtol=1e-9, atol=1e-12)


def test_neighbourhoods_are_kept_and_classes_lie_together():
    kind = VIEWS["neighbourhoods"]
    seen = scene(pruned=True)
    drawing = kind(kind.learn(seen, 0)).draw(seen)
    for label in range(CLASSES):
        own = torch.from_numpy(seen.kept & (seen.labels == label))
        torch.testing.assert_close(drawing.real_centroids[label], centroid(drawing.real[own]))
    near = pairwise_distance(drawing.synthetic, drawing.real_centroids).argmin(dim=1).numpy()
    exact = pairwise_distance(seen.synthetic, seen.real_centroids).argmin(dim=1).numpy()
    assert (near == exact).mean() > 0.8


@pytest.mark.parametrize("radius", [0.0, 0.01, 2.0, 20.0])
def test_images_lie_at_the_weighted_centroid_of_their_15_nearest(radius):
    kind, seen = VIEWS["neighbourhoods"], scene(1, radius)
    view = kind(kind.learn(scene(), 0))
    near, indices = pairwise_distance(seen.synthetic, seen.real).topk(15, largest=False)
    excess = near - near[:, :1]
    weights = (-excess / excess.mean(dim=1, keepdim=True).clamp(min=1e-12)).exp()
    drawing = view.draw(seen)
    expected = centroid(drawing.real[indices], weights)
    if radius:
        torch.testing.assert_close(drawing.synthetic, expected, rtol=0, atol=1e-3)
    assert norm(drawing.synthetic).max() <= norm(drawing.real).max()


def test_drawing_real_points_again_changes_nothing(view):
    seen = scene(3)
    first = view.draw(seen)
    again = view.draw(
        dataclasses.replace(seen, synthetic=seen.synthetic[:0], synthetic_labels=seen.synthetic_labels[:0])
    )
    assert torch.equal(first.real, again.real)
    for one, other in zip(parts(first), parts(view.draw(seen, again.real)), strict=True):
        assert torch.equal(one, other)


@given(st.integers(0, 30))
def test_the_plane_exaggerates_nothing(seed):
    kind, seen = VIEWS["plane"], scene(seed)
    drawing = kind(kind.learn(seen, 0)).draw(seen)
    for drawn, exact in zip(
        parts(drawing), (seen.real, seen.synthetic, seen.real_centroids, seen.synthetic_centroids), strict=True
    ):
        assert (pairwise_distance(drawn, drawn) <= pairwise_distance(exact, exact) * (1 + 1e-7) + 1e-9).all()
    pairs = np.triu_indices(CLASSES, 1)
    gaps = [pairwise_distance(each, each).numpy()[pairs] for each in (seen.real_centroids, drawing.real_centroids)]
    assert spearmanr(*gaps).statistic > 0


@given(st.integers(0, 30), st.sampled_from([0.1, 2.0, 20.0]))
def test_class_disks_show_exact_distances_from_the_centroid(seed, radius):
    kind, seen = VIEWS["classes"], scene(seed, radius, pruned=True)
    drawing = kind(kind.learn(seen, 0)).draw(seen)
    for drawn, exact, labels in (
        (drawing.real, seen.real, seen.labels),
        (drawing.synthetic, seen.synthetic, seen.synthetic_labels),
    ):
        torch.testing.assert_close(norm(drawn), distance(exact, seen.real_centroids[labels]), rtol=1e-9, atol=1e-12)
    assert norm(drawing.real_centroids).max() < 1e-6 * radius


def test_listing_views_needs_neither_torch_nor_umap():
    code = "import sys; from hdd.projection import VIEWS; [v.title for v in VIEWS.values()]"
    subprocess.run(
        [sys.executable, "-c", f"{code}; sys.exit(bool({{'torch', 'umap'}} & set(sys.modules)))"], check=True
    )


@pytest.mark.parametrize("radius", [0.5, 2.0, 6.0])
def test_the_ring_of_the_clamp_is_the_rim_of_what_the_plane_can_show(radius):
    seen = scene(radius=radius)
    view = VIEWS["plane"](VIEWS["plane"].learn(scene(), 0))
    clamp = 1.3 * radius
    ring = view.clamp_ring(seen, clamp)
    random = np.random.default_rng(0).standard_normal((4000, 9))
    directions = torch.from_numpy(random / np.linalg.norm(random, axis=1, keepdims=True))
    # The shadow that is farthest out is that of points in the plane of the origin and the view, or near it.
    plane, centre = view._learned["plane"], seen.centre
    angle = torch.linspace(0, 2 * np.pi, 400).double()
    within = torch.stack([angle.cos(), angle.sin()], dim=-1) @ plane.T
    tilted = [within + part * centre / norm(centre) for part in torch.linspace(-2, 2, 41)]
    directions = torch.cat([directions, *(each / norm(each)[:, None] for each in tilted)])
    drawn = view.draw(dataclasses.replace(seen, synthetic=clamp * directions)).synthetic
    middle = centroid(ring[:-1])
    far = distance(drawn, middle.expand_as(drawn))
    rim = distance(ring, middle.expand_as(ring))
    torch.testing.assert_close(rim, rim.mean().expand_as(rim), rtol=1e-6, atol=1e-6)
    assert far.max() <= rim.mean() * (1 + 1e-6)
    assert far.max() >= rim.mean() * 0.97


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "plane"])
def test_views_whose_lengths_are_not_radii_have_no_ring_of_the_clamp(name):
    assert VIEWS[name](VIEWS[name].learn(scene(), 0)).clamp_ring(scene(), 10.0).shape == (0, 2)
