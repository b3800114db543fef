"""A stand-in for the projector that needs no torch and no images: its points are formulas."""

import numpy as np
from scripted import MEAN, SIDE, STD

from hdd.pixels import to_pixels
from hdd.projection import Faithfulness, Geometry, Neighbours, Projection
from hdd.runs.run import Run
from workbench.core import projector

REAL = 6
"""Real points of each class."""


def circle(count, radius):
    angle = 2 * np.pi * np.arange(count) / count
    return np.asarray(radius).reshape(-1, 1) * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def sample(path):
    run = Run(path)
    labels = np.repeat(np.arange(len(run.classes)), REAL)
    run.close()
    return projector.Sample(labels, np.zeros((len(labels), 1, SIDE, SIDE), np.uint8))


def look(path, images, geometry, view, pruning, previous=None):
    curvature, scale, clamp, centroid = geometry
    classes, ipc = images.shape[:2]
    root_k = np.sqrt(-curvature)
    bright = (images * STD + MEAN).reshape(classes * ipc, -1).mean(1)
    synthetic, real = circle(classes * ipc, root_k * (0.5 + bright)), circle(classes * REAL, root_k)
    centroids = [points.reshape(classes, -1, 2).mean(1) for points in (real, synthetic)]
    along = np.linspace(0, 1, 9)[None, :, None]
    radius = np.hypot(*synthetic.T)
    projection = Projection(
        view, real, synthetic, *centroids, centroids[0][:, None] * (1 - along) + centroids[1][:, None] * along,
        np.hypot(*real.T), radius, radius > (clamp or np.inf), np.hypot(*(centroids[0] - centroids[1]).T),
    )  # fmt: skip
    kept = np.tile(np.arange(REAL) < round((1 - pruning[0]) * REAL), classes)
    return Geometry(curvature, scale or 1.0, clamp, centroid), projection, kept


def faithfulness(path, images, geometry, projection):
    return Faithfulness(0.9, 0.8, 0.7, len(projection.real), 15)


def nearest(path, image, count):
    found = Neighbours(np.arange(count), np.arange(count) / 10, np.arange(count) % 2)
    return [(found, np.repeat(to_pixels(image, [MEAN], [STD])[None], count, axis=0))] * 2


class StandIn:
    """Answers as `workbench.core.projector.Projector`, from `pool` for both."""

    def __init__(self, pool):
        self._pool = pool

    def live(self, function, *arguments):
        return self._pool.submit(globals().get(function.__name__, function), *arguments)

    study = live

    def progress(self, name):
        return ""

    def warm_up(self):
        self.live(abs, 0)
