"""Computes projections in other processes, so that the server can show points without loading torch.

There are two processes, each spawned when it is first needed. One projects what is shown live. The other does what may
take seconds (faithfulness, nearest images) at low priority. Training a network, which is done once for a data set,
takes longer, and has a process that ends afterwards. So no kind of work waits for another.
"""

import importlib
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, lru_cache
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from hdd.errors import DataError
from hdd.process import tune
from hdd.projection import Faithfulness, Geometry, Hierarchy, Neighbours, Projection, Pruning, Viewing
from hdd.sets.decoders import DECODERS
from workbench.core.progress_text import progress_text

Answer = TypeVar("Answer")

if TYPE_CHECKING:
    from hdd.data import Dataset
    from hdd.projection.space import ViewingSpace


@dataclass(frozen=True, eq=False)
class Sample:
    """The N real images that the disk draws.

    Attributes:
        indices: (N,) their indices among the training images of the data set.
        labels: (N,) their classes, ascending.
        pixels: (N, channels, H, W) uint8.
    """

    indices: np.ndarray
    labels: np.ndarray
    pixels: np.ndarray

    def row(self, index: int) -> int | None:
        """The place of a training image in the sample, None if it is not in it."""
        found = np.flatnonzero(self.indices == index)
        return int(found[0]) if len(found) else None


@lru_cache(maxsize=3)
def _space(viewing: Viewing) -> tuple["Dataset", "ViewingSpace"]:
    """The data set and the viewing space.

    Raises:
        DataError: the data set is not on this machine, or its images have changed since the run was made.
    """
    from hdd.data import load_chosen
    from hdd.projection.space import ViewingSpace

    data = load_chosen(viewing, _tell)
    if viewing.fingerprint not in (None, data.fingerprint):
        raise DataError(f"The images of {viewing.dataset} are not those that the run was made with: restore them.")
    return data, ViewingSpace(data, viewing, progress=_tell)


def _as_real(viewing: Viewing, images: np.ndarray) -> np.ndarray:
    """Converts synthetic images (…, channels, H, W) to the normalisation of the real ones.

    Raises:
        DataError: their shape or their classes are not those of the data set.
    """
    data, _ = _space(viewing)
    shape, classes = (data.channels, *data.size), len(data.classes) if viewing.classes is None else viewing.classes
    if images.shape[-3:] != shape or classes != len(data.classes):
        raise DataError(
            f"These images were not distilled from {viewing.dataset}: that has {len(data.classes)} classes and images "
            f"of {shape} (channels, height, width), they have {classes} and {images.shape[-3:]}. Name their data set."
        )
    if viewing.normalisation is None:
        return images
    mean, std = (np.asarray(values, np.float32)[:, None, None] for values in viewing.normalisation)
    real_mean, real_std = (values.numpy()[:, None, None] for values in (data.mean, data.std))
    return ((images * std + mean) - real_mean) / real_std


def _decoded(viewing: Viewing, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The images that stored ones (M, channels, H, W) hold, in the normalisation of the real ones, and their classes.

    Raises:
        DataError: as in `_as_real`.
    """
    decoder = DECODERS[viewing.decoder]
    return decoder.decode(_as_real(viewing, images)), np.repeat(labels, decoder.held)


def sample(viewing: Viewing) -> Sample:
    """The real images that the disk shows."""
    data, space = _space(viewing)
    return Sample(space.indices, space.labels, data.train_images[space.indices].numpy())


def look(
    viewing: Viewing,
    images: np.ndarray,
    labels: np.ndarray,
    geometry: Geometry,
    view: str,
    pruning: Pruning,
    left_out: tuple[int, ...] = (),
) -> tuple[Geometry, Projection, float | None]:
    """Projects images into a view.

    Args:
        viewing: the viewing network and its data set.
        images: (M, channels, H, W) float32, normalised, as they are stored.
        labels: (M,) their classes.
        geometry: maps features to points; without a scale it gets the initial one.
        view: a key of `hdd.projection.VIEWS`.
        pruning: of the real images.
        left_out: the numbers of the synthetic images that distilled pruning leaves out.

    Returns:
        The geometry with its scale, the projection, and the test accuracy of the viewing network if it is trained.
    """
    _, space = _space(viewing)
    space.kept(pruning, _tell)
    matched = np.ones(len(images), bool)
    matched[[*left_out]] = False
    matched = matched.repeat(DECODERS[viewing.decoder].held)
    projection = space.project(*_decoded(viewing, images, labels), geometry, view, pruning, matched)
    return space.measured(geometry), projection, space.network_accuracy


def learn(viewing: Viewing, view: str) -> None:
    """Trains the viewing network, if it is to be trained, and lets a view learn, so that `look` finds both done."""
    _space(viewing)[1].learn(view)


def faithfulness(
    viewing: Viewing,
    images: np.ndarray,
    labels: np.ndarray,
    geometry: Geometry,
    projection: Projection,
    pruning: Pruning,
) -> Faithfulness:
    """Measures how well a projection made by `look` preserves neighbourhoods."""
    return _space(viewing)[1].faithfulness(*_decoded(viewing, images, labels), geometry, projection, pruning)


def hierarchy(
    viewing: Viewing, images: np.ndarray, labels: np.ndarray, geometry: Geometry, pruning: Pruning, label: int
) -> Hierarchy:
    """Orders the images of a class from the root to the leaves; arguments are as in `look`."""
    from hdd.projection.hierarchy import hierarchy as ordered

    return ordered(_space(viewing)[1], *_decoded(viewing, images, labels), geometry, label, pruning)


def nearest(viewing: Viewing, image: np.ndarray, count: int) -> list[tuple[Neighbours, np.ndarray]]:
    """Finds the real training images nearest to an image; if that holds several, those nearest to any of these.

    Args:
        viewing: the viewing network and its data set.
        image: (channels, H, W) float32, normalised, as it is stored.
        count: how many to find.

    Returns:
        The nearest by pixels, then the nearest by features, each with their pixels (count, channels, H, W) uint8.
    """
    data, space = _space(viewing)
    held, _ = _decoded(viewing, image[None], np.zeros(1, np.int64))
    found = [space.nearest(each, count, _tell) for each in held]
    chosen = [_nearest_of([each.pixels for each in found]), _nearest_of([each.features for each in found])]
    return [(each, data.train_images[each.indices].numpy()) for each in chosen]


def _nearest_of(found: list[Neighbours]) -> Neighbours:
    """The nearest of several lists of neighbours, as many as each list has, and none twice."""
    if len(found) == 1:
        return found[0]
    count = len(found[0].indices)
    indices, distances, labels = (
        np.concatenate([getattr(each, name) for each in found]) for name in ("indices", "distances", "labels")
    )
    order = np.argsort(distances, kind="stable")
    _, first = np.unique(indices[order], return_index=True)
    rows = order[np.sort(first)][:count]
    return Neighbours(indices[rows], distances[rows], labels[rows])


_progress: Any = None
"""In a worker, an array that it shares with the server: the images done, their total, and the number and the time at
which the progress was first reported.
"""


def _tell(done: int, total: int) -> None:
    if not _progress[1]:
        _progress[2:] = done, time.time()
    _progress[:2] = (done, total) if done < total else (0, 0)


def _prepare(background: bool, shared: Any) -> None:
    """Prepares a worker: loads what it will need, and keeps it from slowing down other processes."""
    global _progress
    _progress = shared
    # Ctrl-C in a server or an interrupted notebook cell reaches the whole process group, but must not end the worker.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A server that is killed cannot end its workers, and they do not notice, as they hold each other's pipes open.
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    importlib.import_module("hdd.projection.space")

    tune(background)
    torch.set_num_threads(1)


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
    os._exit(0)


class Projector:
    """Runs the functions of this module in other processes; a server makes only one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: dict[str, ProcessPoolExecutor] = {}
        self._progress: dict[str, Any] = {}

    def live(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of `function(*arguments)` from the process for what is shown live."""
        return self._submit("live", function, arguments)

    def study(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of `function(*arguments)` from the process for what may take seconds."""
        return self._submit("study", function, arguments)

    def learn(self, function: Callable[..., Answer], *arguments: Any) -> Future[Answer]:
        """The result of `function(*arguments)`, which takes long, from a process that ends afterwards."""
        answer = self._submit("learn", function, arguments)
        answer.add_done_callback(lambda _: self._end("learn"))
        return answer

    def _end(self, name: str) -> None:
        with self._lock:
            pool = self._pools.pop(name, None)
        if pool is not None:
            pool.shutdown(wait=False)

    def _submit(self, name: str, function: Callable[..., Answer], arguments: tuple[Any, ...]) -> Future[Answer]:
        with self._lock:
            try:
                return self._pool(name).submit(function, *arguments)
            except BrokenProcessPool:
                # The process was killed, perhaps because memory ran out. A new one may succeed.
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
        """How many images the process "live", "study" or "learn" has processed, in words; "" while it has none."""
        done, total, first, started = self._progress[name][:] if name in self._progress else (0, 0, 0, 0)
        if not total:
            return ""
        left = (time.time() - started) * (total - done) / (done - first) if done > first else None
        return progress_text(int(done), int(total), "images", left)

    def warm_up(self) -> None:
        """Starts the process for what is shown live ahead of time, because loading torch takes it seconds."""
        self.live(abs, 0)

    def close(self) -> None:
        """Ends the processes."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)


@cache
def shared_projector() -> Projector:
    """The projector of this server; its processes start when they are first needed."""
    return Projector()
