"""A stand-in for the projector that needs no torch and no images: its points are formulas."""

from dataclasses import replace

import numpy as np
from scripted import MEAN, SIDE, STD

from hdd.pixels import to_pixels
from hdd.projection import Faithfulness, Hierarchy, Neighbours, Projection
from hdd.projection.spread import class_quantiles
from workbench.core import projector

REAL = 6
"""Real points of each class."""


def circle(count, radius):
    angle = 2 * np.pi * np.arange(count) / count
    return np.asarray(radius).reshape(-1, 1) * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


CLASSES = 10
"""Of the real points."""


def sample(viewing):
    labels = np.repeat(np.arange(CLASSES), REAL)
    return projector.Sample(1000 + np.arange(len(labels)), labels, np.zeros((len(labels), 1, SIDE, SIDE), np.uint8))


def means(points, labels):
    """(CLASSES, 2), NaN for a class without points."""
    return np.stack([
        points[labels == label].mean(0) if (labels == label).any() else [np.nan] * 2 for label in range(CLASSES)
    ])  # fmt: skip


def nearest_classes(points, centroids):
    return np.linalg.norm(points[:, None] - centroids, axis=-1).argmin(1)


def look(viewing, images, labels, geometry, view, pruning, left_out=()):
    root_k = np.sqrt(-geometry.curvature)
    bright = (images * STD + MEAN).reshape(len(images), -1).mean(1)
    # Real points lie inside the ring of the synthetic ones, so that the pointer can be on either alone.
    inside = 0.3 + 0.08 * (np.arange(CLASSES * REAL) % REAL)
    synthetic, real = circle(len(images), root_k * (0.5 + bright)), circle(CLASSES * REAL, root_k * inside)
    matched = ~np.isin(np.arange(len(images)), left_out)
    centroids = [means(real, sample(viewing).labels), means(synthetic[matched], labels[matched])]
    along = np.linspace(0, 1, 9)[None, :, None]
    radius = np.hypot(*synthetic.T)
    kept = np.tile(np.arange(REAL) < round((1 - pruning.rate) * REAL), CLASSES)
    gap = np.hypot(*(centroids[0] - centroids[1]).T)
    own = sample(viewing).labels
    distances = np.hypot(*(real - centroids[0][own]).T), np.hypot(*(synthetic - centroids[0][labels]).T)
    quantiles = [
        class_quantiles(values[some], of[some], CLASSES)
        for values, of, some in zip(distances, (own, labels), (kept, matched), strict=True)
    ]
    projection = Projection(
        view, kept, real, synthetic, *centroids, centroids[0][:, None] * (1 - along) + centroids[1][:, None] * along,
        np.hypot(*real.T), radius, radius > (geometry.clamp or np.inf),
        *distances, *quantiles, gap, nearest_classes(real, centroids[0]),
        nearest_classes(synthetic, centroids[0]), circle(97 if geometry.clamp else 0, geometry.clamp or 0),
    )  # fmt: skip
    return replace(geometry, feature_scale=geometry.feature_scale or 1.0), projection, None


def learn(viewing, view):
    pass


def faithfulness(viewing, images, labels, geometry, projection, pruning):
    return Faithfulness(0.9, 0.8, 0.7, 0.75, len(projection.real), 15)


def hierarchy(viewing, images, labels, geometry, pruning, label):
    own = np.flatnonzero(labels == label)
    distances = np.concatenate([0.5 + 0.1 * np.arange(REAL), 0.55 + 0.1 * np.arange(len(own))])
    parents = np.concatenate([np.arange(REAL) - 1, np.zeros(len(own), int)])
    rows = label * REAL + np.arange(REAL)
    return Hierarchy(label, rows, own, distances, circle(len(distances), distances), parents, 0.25)


def check_images(path):
    """Scripted runs have no real images."""


def nearest(viewing, image, count):
    found = Neighbours(np.arange(count), np.arange(count) / 10, np.arange(count) % 2)
    return [(found, np.repeat(to_pixels(image, [MEAN], [STD])[None], count, axis=0))] * 2


class StandIn:
    """Answers as `workbench.core.projector.Projector`, from `pool` for both."""

    def __init__(self, pool):
        self._pool = pool

    def live(self, function, *arguments):
        return self._pool.submit(globals().get(function.__name__, function), *arguments)

    study = learn = live

    def progress(self, name):
        return ""

    def warm_up(self):
        self.live(abs, 0)
