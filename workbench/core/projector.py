"""Projections, computed beside the server: it draws points, and never loads torch to do so.

Two spawned processes, each started when first needed: one projects what is shown live, the other does what may take
seconds (UMAP, faithfulness, nearest images), at low priority, so that neither waits for the other.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any

import numpy as np

from hdd.errors import HDDError
from hdd.process import tune
from hdd.projection import Faithfulness, Geometry, Neighbours, Projection
from hdd.runs.run import Run
from workbench.core.progress_text import progress_text

if TYPE_CHECKING:
    from hdd.data import Dataset
    from hdd.projection.space import ViewingSpace


@dataclass(frozen=True, eq=False)
class Sample:
    """The real images that are drawn, N of them.

    Attributes:
        labels: (N,) of their classes.
        pixels: (N, channels, H, W) uint8.
    """

    labels: np.ndarray
    pixels: np.ndarray


@lru_cache(maxsize=2)
def _space(path: str) -> tuple["Dataset", "ViewingSpace"]:
    """The data set and viewing space of the run in `path`.

    Raises:
        HDDError: its data set is not here, or is another one now.
    """
    from hdd.data import load
    from hdd.projection.space import ViewingSpace

    run = Run(path)
    settings = run.initial_settings
    data = load(settings.dataset, size=settings.image_size, progress=_tell)
    if data.fingerprint != run.meta("fingerprint"):
        raise HDDError(f"The images of {settings.dataset} are not those that the run was made with: restore them.")
    run.close()
    return data, ViewingSpace(data, settings, progress=_tell)


def sample(path: str) -> Sample:
    """The real images that the disk of a run shows."""
    data, space = _space(path)
    return Sample(space.labels, data.train_images[space.indices].numpy())


def look(
    path: str,
    images: np.ndarray,
    geometry: tuple[float, float | None, float | None, str],
    view: str,
    pruning: tuple[float, str, str],
    previous: Projection | None = None,
) -> tuple[Geometry, Projection, np.ndarray]:
    """Where images lie in a view, and which real ones pruning keeps.

    Args:
        path: of the run.
        images: (C, ipc, channels, H, W) float32, normalised.
        geometry: curvature, feature scale, clamp and centroid; without a scale the initial one is taken.
        view: a key of `hdd.projection.VIEWS`.
        pruning: rate, score and keep.
        previous: drawing in the view "umap" to go on from.

    Returns:
        The geometry, the drawing, and (N,) bool.
    """
    _, space = _space(path)
    curvature, scale, clamp, centroid = geometry
    # Before its first step a run has not yet measured its scale.
    scale = space.initial_geometry.feature_scale if scale is None else scale
    under = Geometry(curvature, scale, clamp, centroid)
    return under, space.project(images, under, view, previous), space.kept(*pruning, _tell)


def faithfulness(path: str, images: np.ndarray, geometry: Geometry, projection: Projection) -> Faithfulness:
    """How well a drawing that `look` gave keeps neighbours and radii."""
    return _space(path)[1].faithfulness(images, geometry, projection)


def nearest(path: str, image: np.ndarray, count: int) -> list[tuple[Neighbours, np.ndarray]]:
    """Real training images nearest to an image, by pixels and by features, with their pixels.

    image: (channels, H, W) float32, normalised.
    """
    data, space = _space(path)
    found = space.nearest(image, count, _tell)
    return [(each, data.train_images[each.indices].numpy()) for each in (found.pixels, found.features)]


_progress: Any = None
"""In a worker: images done, in all, how many were done when that was first told, and when; shared with the server."""


def _tell(done: int, total: int) -> None:
    if not _progress[1]:
        _progress[2:] = done, time.time()
    _progress[:2] = (done, total) if done < total else (0, 0)


def _prepare(background: bool, shared: Any) -> None:
    """Loads what a worker will need, at once, and then makes it a good neighbour."""
    global _progress
    _progress = shared
    # Ctrl-C on a server, or on a notebook's cell, reaches its whole group of processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A server that is killed cannot end its workers, and they hold each other's pipes open.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    import hdd.projection.space  # noqa: F401

    tune(background)
    torch.set_num_threads(1)


def _end_with_parent() -> None:
    parent_process().join()
    os._exit(0)


class Projector:
    """Runs this module's functions in the two processes; made once a server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[str, ProcessPoolExecutor] = {}
        self._progress: dict[str, Any] = {}

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
            context = get_context("spawn")
            self._progress[name] = shared = context.Array("d", 4)
            self._pools[name] = ProcessPoolExecutor(
                1, mp_context=context, initializer=_prepare, initargs=(name == "study", shared)
            )
        return self._pools[name]

    def progress(self, name: str) -> str:
        """How far the process "live" or "study" is with images that it goes through, in words; "" if it is not."""
        done, total, first, started = self._progress[name][:] if name in self._progress else (0, 0, 0, 0)
        if not total:
            return ""
        left = (time.time() - started) * (total - done) / (done - first) if done > first else None
        return progress_text(int(done), int(total), "images", left)

    def warm_up(self) -> None:
        """Starts the process for what is shown live, which takes seconds to load what it needs."""
        self.live(abs, 0)

    def close(self) -> None:
        """Ends the processes."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
