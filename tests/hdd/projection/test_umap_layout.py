import dataclasses

import numpy as np
import torch

from hdd.geometry import centroid
from hdd.projection import Geometry, Viewing
from hdd.projection import space as module
from hdd.projection.space import ViewingSpace
from hdd.settings import initial_settings


def test_umap_keeps_neighbours_and_goes_on_from_a_previous_picture(digits, monkeypatch):
    """One test, since compiling takes most of its time."""
    monkeypatch.setattr(module, "UMAP_POINTS", 200)
    run = initial_settings(device="cpu")
    space, geometry = ViewingSpace(digits, Viewing.of(run), points=300), Geometry.of(run, 0.35)
    random = np.random.default_rng(0)
    chosen = [random.choice(np.flatnonzero(digits.train_labels == label), 5) for label in range(10)]
    images, labels = digits.normalise(digits.train_images[np.concatenate(chosen)]), np.repeat(np.arange(10), 5)
    nudged = images + 0.1 * torch.from_numpy(random.standard_normal(images.shape).astype(np.float32))

    first = space.project(images, labels, geometry, "umap")
    shown = np.isfinite(first.real[:, 0])
    assert np.bincount(space.labels[shown]).tolist() == [20] * 10
    assert np.isnan(first.real[~shown]).all() and np.isfinite(first.synthetic).all()
    faithfulness = space.faithfulness(images, labels, geometry, first)
    assert faithfulness.trustworthiness > 0.9 and faithfulness.continuity > 0.9

    # Centroids are those of the drawn points, radii and gaps those of the features.
    exact = space.project(images, labels, geometry)
    assert np.array_equal(first.gap, exact.gap) and np.array_equal(first.real_radius, exact.real_radius)
    for label in range(10):
        for points, drawn in (
            (first.real[shown & (space.labels == label)], first.real_centroids),
            (first.synthetic.reshape(10, 5, 2)[label], first.synthetic_centroids),
        ):
            np.testing.assert_allclose(drawn[label], centroid(torch.from_numpy(points)), rtol=1e-10)
    assert np.array_equal(first.geodesics[:, 0], first.real_centroids)

    def moved(other):
        return np.median(np.linalg.norm(other.synthetic - first.synthetic, axis=1))

    warm, cold = space.project(nudged, labels, geometry, "umap", first), space.project(nudged, labels, geometry, "umap")
    assert moved(warm) < 0.1 and moved(warm) < 0.2 * moved(cold)
    assert space.faithfulness(nudged, labels, geometry, warm).trustworthiness > 0.9
    again = space.project(images, labels, geometry, "umap")
    assert again.synthetic.tobytes() == first.synthetic.tobytes()
    # A picture of another view is none to go on from.
    assert space.project(images, labels, geometry, "umap", exact).synthetic.tobytes() == first.synthetic.tobytes()
    for extreme in (Geometry(-1e4, 1e6, None, "closed"), Geometry(-1e-4, 1e-6, 10.0, "closed")):
        assert np.isfinite(space.project(images, labels, extreme, "umap").synthetic).all()
    few = dataclasses.replace(geometry, curvature=-2.0)
    monkeypatch.setattr(module, "UMAP_POINTS", 1)
    assert np.isfinite(space.project(images[::5], labels[::5], few, "umap").synthetic).all()
