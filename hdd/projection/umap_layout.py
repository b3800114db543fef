"""UMAP (McInnes et al. 2018) for given distances, with a layout on the hyperboloid of curvature −1.

If umap itself starts from given coordinates, it rescales each axis (umap issue 606), and a picture would jump at every
frame. Therefore parts of umap are used here: the neighbour graph, the curve and one epoch of the optimisation.
"""

import functools
import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from hdd.draws import generator
from hdd.geometry import exp0, log0
from hdd.geometry.embed import clamp_radius
from hdd.paths import cache_folder

NEIGHBOURS = 15
MIN_DIST = 0.1
EPOCHS, RATE = 100, 0.5
NEGATIVE_SAMPLES = 5

_START_RADIUS = 1.5
_START_REACH = 4.0


@functools.cache
def _parts() -> tuple[Callable, Callable, float, float, Any]:
    """Parts of umap: fuzzy_simplicial_set, the compiled epoch, the a and b of its curve, the hyperboloid's metric."""
    # Numba keeps compiled code beside the package or in the user's home, and fails if it can write to neither.
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "numba"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import numba
        from umap.distances import hyperboloid_grad
        from umap.layouts import _optimize_layout_generic_single_epoch
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set

        # umap's public function compiles this again at every call.
        epoch = numba.njit(_optimize_layout_generic_single_epoch, fastmath=True)
        return fuzzy_simplicial_set, epoch, *find_ab_params(1.0, MIN_DIST), hyperboloid_grad


def start_layout(points: torch.Tensor) -> torch.Tensor:
    """Scales drawn points (n, 2) to radii from which UMAP starts well: median 1.5, none above 4."""
    median = points.norm(dim=-1).median()
    return clamp_radius(points * (_START_RADIUS / median if median > 0 else 1), -1.0, _START_REACH)


def umap_layout(distances: np.ndarray, start: torch.Tensor, seed: int) -> torch.Tensor:
    """Draws points so that neighbours stay neighbours.

    Args:
        distances: (n, n), n ≥ 2.
        start: (n, 2) float64 tangent vectors at the origin of the plane; the optimisation starts from them.
        seed: seed of all random draws.

    Returns:
        (n, 2) float64 tangent vectors, which depend only on the arguments.
    """
    fuzzy_simplicial_set, epoch, a, b, metric = _parts()
    count, random = len(distances), generator(seed, "umap")
    size = distances.mean()
    nearest = (distances - np.eye(count)).argsort(axis=1, kind="stable")[:, : min(NEIGHBOURS, count)]
    near = np.take_along_axis(distances, nearest, axis=1) / (size if size > 0 else 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph, *_ = fuzzy_simplicial_set(
            distances, nearest.shape[1], None, "precomputed", knn_indices=nearest, knn_dists=near.astype(np.float32)
        )
        graph = graph.tocoo()
        used = graph.data >= graph.data.max() / EPOCHS
        head, tail, weight = (values[used] for values in (graph.row, graph.col, graph.data))
        # Edges are visited in proportion to their weight, the strongest in every epoch.
        period = (weight.max() / weight).astype(np.float64)
        negative_period = period / NEGATIVE_SAMPLES
        due, negative_due = period.copy(), negative_period.copy()
        layout = exp0(start)[:, 1:].float().numpy().copy()
        state = random.integers(-(2**31) + 1, 2**31 - 1, (count, 3))
        for step in range(EPOCHS):
            pace = RATE * (1 - step / EPOCHS)
            edges = (period, due, head, tail, layout, layout, metric, (), 2, pace, True, step)
            epoch(*edges, negative_due, negative_period, state, count, a, b, 1.0)
    space = torch.from_numpy(layout).double()
    return log0(torch.cat([torch.ones(count, 1, dtype=space.dtype), space], dim=1))
