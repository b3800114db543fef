"""UMAP (McInnes et al. 2018) for given distances, with a layout on the hyperboloid of curvature −1.

The package umap-learn is not used, because it compiles for half a minute on a new machine, and for ten seconds in every
process, before it draws anything. Tests compare the graph and the curve with those of that package. The optimisation
visits many edges at once instead of one after the other.
"""

import numpy as np
import torch
from scipy.sparse import coo_array

from hdd.draws import generator
from hdd.geometry import exp0, log0
from hdd.geometry.embed import clamp_radius

NEIGHBOURS = 15
EPOCHS, RATE = 100, 0.5
NEGATIVE_SAMPLES = 5
A, B = 1.5769434, 0.8950609
"""Of the curve 1 / (1 + A·d^(2B)) from drawn distances to similarities: UMAP's for min_dist 0.1 and spread 1."""

_BISECTIONS = 64
_LEAST_SCALE = 1e-3
_LARGEST_MOVE = 4.0
_START_RADIUS = 1.5
_START_REACH = 4.0


def start_layout(points: torch.Tensor) -> torch.Tensor:
    """Scales drawn points (n, 2) to radii from which UMAP starts well: median 1.5, none above 4."""
    median = points.norm(dim=-1).median()
    return clamp_radius(points * (_START_RADIUS / median if median > 0 else 1), -1.0, _START_REACH)


def neighbour_graph(nearest: np.ndarray, distances: np.ndarray) -> coo_array:
    """UMAP's fuzzy graph: how surely two points are neighbours, from 0 to 1.

    Args:
        nearest: (n, k) indices of the nearest points of each point, with the point itself first.
        distances: (n, k) to them.

    Returns:
        A symmetric (n, n) matrix.
    """
    count, neighbours = nearest.shape
    others = distances[:, 1:]
    positive = np.where(others > 0, others, np.inf).min(axis=1, initial=np.inf)
    closest = np.where(np.isfinite(positive), positive, 0)
    excess = np.maximum(others - closest[:, None], 0)
    low, high = np.zeros(count), np.full(count, np.inf)
    scale = np.ones(count)
    # The scale at which the similarities of a point's neighbours sum up to log₂ k.
    for _ in range(_BISECTIONS):
        too_large = np.exp(-excess / scale[:, None]).sum(axis=1) > np.log2(neighbours)
        low, high = np.where(too_large, low, scale), np.where(too_large, scale, high)
        scale = np.where(np.isinf(high), 2 * scale, (low + high) / 2)
    mean = np.where(closest > 0, distances.mean(axis=1), distances.mean())
    scale = np.maximum(scale, _LEAST_SCALE * mean)
    sure = np.exp(-excess / scale[:, None])
    rows = np.repeat(np.arange(count), neighbours - 1)
    directed = coo_array((sure.ravel(), (rows, nearest[:, 1:].ravel())), shape=(count, count)).tocsr()
    return (directed + directed.T - directed * directed.T).tocoo()


def umap_layout(distances: np.ndarray, start: torch.Tensor, seed: int) -> torch.Tensor:
    """Draws points so that neighbours stay neighbours.

    Args:
        distances: (n, n), n ≥ 2.
        start: (n, 2) float64 tangent vectors at the origin of the plane; the optimisation starts from them.
        seed: seed of all random draws.

    Returns:
        (n, 2) float64 tangent vectors, which depend only on the arguments.
    """
    count, random = len(distances), generator(seed, "umap")
    nearest = (distances - np.eye(count)).argsort(axis=1, kind="stable")[:, :NEIGHBOURS]
    graph = neighbour_graph(nearest, np.take_along_axis(distances, nearest, axis=1))
    # Edges are visited in proportion to their weight, the strongest in every epoch.
    often = graph.data / graph.data.max()
    layout = exp0(start)[:, 1:].numpy().copy()
    for epoch in range(EPOCHS):
        visited = random.permutation(np.flatnonzero(np.floor((epoch + 1) * often) > np.floor(epoch * often)))
        pace = RATE * (1 - epoch / EPOCHS)
        # With about one edge a point at a time, points move as if edges were visited one after the other.
        for edges in np.array_split(visited, max(1, 2 * len(visited) // count)):
            _attract_and_repel(layout, graph.row[edges], graph.col[edges], pace, random)
    space = torch.from_numpy(layout)
    return log0(torch.cat([torch.ones(count, 1, dtype=space.dtype), space], dim=1))


def _attract_and_repel(
    layout: np.ndarray, head: np.ndarray, tail: np.ndarray, pace: float, random: np.random.Generator
) -> None:
    """Moves both ends of edges towards each other, and their heads away from random points."""
    distance, at_head = _distance_and_gradient(layout[head], layout[tail])
    _, at_tail = _distance_and_gradient(layout[tail], layout[head])
    similarity = 1 / (1 + A * distance ** (2 * B))
    pull = 2 * B * (similarity - 1) / (distance + 1e-6)
    pushed = np.repeat(head, NEGATIVE_SAMPLES)
    away = random.integers(len(layout), size=len(pushed))
    distance, gradient = _distance_and_gradient(layout[pushed], layout[away])
    push = 2 * B / (1 + A * distance ** (2 * B)) / (distance + 1e-6)
    push[pushed == away] = 0
    moved = np.concatenate([head, tail, pushed])
    moves = np.concatenate([pull[:, None] * at_head, pull[:, None] * at_tail, push[:, None] * gradient])
    moves = pace * moves.clip(-_LARGEST_MOVE, _LARGEST_MOVE)
    for axis in range(layout.shape[1]):
        layout[:, axis] += np.bincount(moved, moves[:, axis], len(layout))


def _distance_and_gradient(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances (m,) on the hyperboloid, and their gradients (m, 2) by the space coordinates of `one` (m, 2)."""
    one_time, other_time = (np.sqrt(1 + (ends**2).sum(axis=1)) for ends in (one, other))
    product = np.maximum(one_time * other_time - (one * other).sum(axis=1), 1 + 1e-8)
    factor = 1 / np.sqrt(product**2 - 1)
    return np.arccosh(product), factor[:, None] * (one * (other_time / one_time)[:, None] - other)
