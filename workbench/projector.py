"""Projections, computed beside the server: it draws points, and never loads torch to do so.

Two spawned processes at low priority, each started when first needed: one projects what is shown live, the other
does what may take seconds (UMAP, faithfulness, nearest images), so that neither waits for the other.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from hdd.process import tune

if TYPE_CHECKING:
    from hdd.projection import Faithfulness, Geometry, Nearest, Projection, ViewingSpace


@dataclass(frozen=True)
class Sample:
    """The real images that are drawn, N of them.

    Attributes:
        indices: (N,) of the training images.
        labels: (N,) of their classes.
        pixels: (N, channels, H, W) uint8.
    """

    indices: np.ndarray
    labels: np.ndarray
    pixels: np.ndarray


@lru_cache(maxsize=2)
def _space(path: str) -> "ViewingSpace":
    """The viewing space of the run in `path`.

    Raises:
        HDDError: its data set is not here, or is another one now.
    """
    from hdd.data import load
    from hdd.errors import HDDError
    from hdd.projection import ViewingSpace
    from hdd.runs.run import Run

    run = Run(path)
    settings = run.initial_settings
    data = load(settings.dataset, size=settings.image_size)
    if data.fingerprint != run.meta("fingerprint"):
        raise HDDError(f"The images of {settings.dataset} are not those that the run was made with: restore them.")
    run.close()
    return ViewingSpace(data, settings)


def sample(path: str) -> Sample:
    """The real images that the disk of a run shows."""
    space = _space(path)
    return Sample(space.indices, space.labels, space.data.train_images[space.indices].numpy())


def project(path: str, images: np.ndarray, geometry: "Geometry", view: str) -> "Projection":
    """Where uint8 images (C, ipc, channels, H, W) and the real ones lie in a view."""
    return _space(path).project(_normalised(path, images), geometry, view)


def faithfulness(path: str, images: np.ndarray, geometry: "Geometry", view: str) -> "Faithfulness":
    """How well that view keeps neighbours and radii."""
    return _space(path).faithfulness(_normalised(path, images), geometry, view)


def kept(path: str, rate: float, score: str, keep: str) -> np.ndarray:
    """Which of the sampled real images pruning keeps, (N,) bool."""
    return _space(path).kept(rate, score, keep)


def nearest(path: str, image: np.ndarray, count: int) -> tuple["Nearest", np.ndarray, "Nearest", np.ndarray]:
    """The real training images nearest to a uint8 image (channels, H, W), by pixels and by features, with pixels."""
    found = _space(path).nearest(_normalised(path, image), count)
    train = _space(path).data.train_images
    return found.pixel, train[found.pixel.indices].numpy(), found.feature, train[found.feature.indices].numpy()


def _normalised(path: str, images: np.ndarray) -> Any:
    import torch

    return _space(path).data.normalise(torch.from_numpy(images))


def _prepare() -> None:
    """Makes a worker a good neighbour, and loads what it will need."""
    tune(background=True)
    import torch

    import hdd.projection  # noqa: F401

    torch.set_num_threads(1)


class Projector:
    """Runs this module's functions in the two processes; made once a server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[str, ProcessPoolExecutor] = {}

    def live(self, function: Callable, *arguments: Any) -> Future:
        """The result of `function(*arguments)` from the process for what is shown live."""
        return self._submit("live", function, arguments)

    def study(self, function: Callable, *arguments: Any) -> Future:
        """The result of `function(*arguments)` from the process for what may take seconds."""
        return self._submit("study", function, arguments)

    def _submit(self, name: str, function: Callable, arguments: tuple) -> Future:
        with self._lock:
            try:
                return self._pool(name).submit(function, *arguments)
            except BrokenProcessPool:
                # Killed, by the system for its memory perhaps: the next one may fare better.
                self._pools.pop(name).shutdown(wait=False)
                return self._pool(name).submit(function, *arguments)

    def _pool(self, name: str) -> ProcessPoolExecutor:
        if name not in self._pools:
            self._pools[name] = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_prepare)
        return self._pools[name]

    def close(self) -> None:
        """Ends the processes."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
