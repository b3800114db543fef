"""Maps from points of a D-dimensional hyperbolic space to the hyperbolic plane.

Points are tangent vectors at the origin (`hdd.geometry.lorentz`), float64. Drawn points are tangent vectors at the
origin of the plane of curvature −1, so a length in the drawing is √|K| times a length in the space.
"""

import math
from typing import Any

import numpy as np
import torch
from scipy.sparse.linalg import svds
from torch import Tensor

from hdd.geometry import distance, geodesic, translate
from hdd.geometry.embed import clamp_radius
from hdd.geometry.numerics import norm, over

FARTHEST = 1000.0
"""Largest √|K|·radius at which isometries are computed; beyond it, e^r overflows in intermediate results."""

GEODESIC_REACH = 350.0
"""Largest √|K|·radius of the ends for which `hdd.geometry.geodesic` works."""

_DENSE_UP_TO = 512


def within_reach(points: Tensor, curvature: float) -> Tensor:
    """Points (…, D); those beyond `FARTHEST` are moved in to that radius."""
    return clamp_radius(points, curvature, FARTHEST)


def principal_plane(vectors: Tensor) -> Tensor:
    """Orthonormal basis (D, 2) of the plane in which vectors (N, D) vary most: their first two principal components.

    The largest entry of each axis is positive. If there are fewer than two dimensions or vectors, missing axes are 0.
    """
    centred = vectors - vectors.mean(dim=0)
    if min(centred.shape) <= _DENSE_UP_TO:
        axes = torch.linalg.svd(centred, full_matrices=False)[2][:2].cpu().numpy()
    else:
        # A fixed starting vector, because the one that ARPACK chooses is random.
        start = np.random.default_rng(0).standard_normal(min(centred.shape))
        found: Any = svds(centred.cpu().numpy(), k=2, v0=start, return_singular_vectors="vh")  # pyright: ignore[reportArgumentType]
        axes = found[2][::-1]
    axes = np.concatenate([axes, np.zeros((2 - len(axes), centred.shape[1]))])
    peaks = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return torch.from_numpy((axes * np.where(peaks < 0, -1, 1)).T.copy()).to(vectors.device)


def directions(points: Tensor) -> Tensor:
    """Points (…, D) scaled to length 1; a point at 0 stays at 0."""
    return over(points, norm(points)[..., None])


def polar(points: Tensor, curvature: float, mean: Tensor, plane: Tensor) -> Tensor:
    """Draws points at their exact radius, with the angle that their direction has in a principal plane.

    The angle depends only on the direction of a point, so scale, clamp and curvature do not turn a point. A centroid,
    which is much nearer to the origin than its points, is seen in the same direction as they are.

    Args:
        points: (…, D).
        curvature: K < 0.
        mean: (D,), the mean of the directions from which the plane was made.
        plane: (D, 2), the principal plane of these directions.

    Returns:
        (…, 2) of length √|K|·radius. A point whose direction has no component in the plane is drawn to the right.
    """
    seen = directions((directions(points) - mean) @ plane)
    right = torch.tensor([1.0, 0.0], dtype=seen.dtype, device=seen.device)
    seen = torch.where((seen == 0).all(dim=-1, keepdim=True), right, seen)
    return math.sqrt(-curvature) * norm(points)[..., None] * seen


def seen_from(centre: Tensor, points: Tensor, curvature: float) -> Tensor:
    """Points (…, D), moved `within_reach`, as tangent vectors at a centre (D,), in units of 1/√|K|."""
    return math.sqrt(-curvature) * translate(within_reach(points, curvature), -centre, curvature)


def tangent(points: Tensor, curvature: float, centre: Tensor, plane: Tensor) -> Tensor:
    """Moves the space so that `centre` is at the origin, and projects the tangent vectors there onto a plane.

    Args:
        points: (…, D); they are moved `within_reach`.
        curvature: K < 0.
        centre: (D,).
        plane: (D, 2) orthonormal.

    Returns:
        (…, 2), never longer than √|K|·distance from the centre.
    """
    return seen_from(centre, points, curvature) @ plane


def inner_path(start: Tensor, end: Tensor, samples: int, curvature: float) -> Tensor:
    """The inner points of the geodesic from start to end, at constant speed.

    Args:
        start: (C, D), √|K|·radius ≤ `FARTHEST`.
        end: (C, D), √|K|·radius ≤ `FARTHEST`.
        samples: number of points of the path including both ends, ≥ 2.
        curvature: K < 0.

    Returns:
        (C, samples − 2, D). If an end is beyond `GEODESIC_REACH`, the path is that of a tree: it goes inwards along one
        ray and outwards along the other, and turns at the Gromov product of the ends. At lengths of hundreds, this path
        is off by less than 2.
    """
    u, v = start[:, None], end[:, None]
    t = torch.linspace(0, 1, samples, dtype=u.dtype, device=u.device)[1:-1]
    radii = torch.stack([norm(start), norm(end)])
    far = math.sqrt(-curvature) * radii.amax(dim=0) > GEODESIC_REACH
    if not far.any():
        return geodesic(u, v, t, curvature)
    a, b = radii[..., None]
    length = distance(start, end, curvature)[:, None]
    fork = ((a + b - length) / 2).clamp(min=0)
    done = t * length
    inwards = (done < a - fork)[..., None]
    tree = torch.where(inwards, (a - done)[..., None] * directions(u), (done - a + 2 * fork)[..., None] * directions(v))
    return torch.where(far[:, None, None], tree, geodesic(u, v, t, curvature))
