"""Maps from points of a D-dimensional hyperbolic space to the hyperbolic plane.

Points are tangent vectors at the origin (`hdd.geometry.lorentz`), float64. Drawn points are tangent vectors at the
origin of the plane of curvature −1, so a drawn length is √|K| times a length in the space.
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
"""Largest √|K|·radius that isometries are computed at: beyond it e^r overflows even where it is squared away."""

GEODESIC_REACH = 350.0
"""Largest √|K|·radius of the ends that `hdd.geometry.geodesic` takes."""

_DENSE_UP_TO = 512


def within_reach(points: Tensor, curvature: float) -> Tensor:
    """Points (…, D) with those beyond `FARTHEST` brought to it."""
    return clamp_radius(points, curvature, FARTHEST)


def principal_plane(vectors: Tensor) -> Tensor:
    """Orthonormal basis (D, 2) of the plane of largest variance of vectors (N, D), by their principal components.

    The largest entry of each axis is positive. With fewer than two dimensions or vectors, missing axes are 0.
    """
    centred = vectors - vectors.mean(dim=0)
    if min(centred.shape) <= _DENSE_UP_TO:
        axes = torch.linalg.svd(centred, full_matrices=False)[2][:2].cpu().numpy()
    else:
        # ARPACK's own starting vector is random.
        start = np.random.default_rng(0).standard_normal(min(centred.shape))
        found: Any = svds(centred.cpu().numpy(), k=2, v0=start, return_singular_vectors="vh")  # pyright: ignore[reportArgumentType]
        axes = found[2][::-1]
    axes = np.concatenate([axes, np.zeros((2 - len(axes), centred.shape[1]))])
    peaks = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    return torch.from_numpy((axes * np.where(peaks < 0, -1, 1)).T.copy()).to(vectors.device)


def directions(points: Tensor) -> Tensor:
    """Points (…, D) at length 1; 0 where they are 0."""
    return over(points, norm(points)[..., None])


def polar(points: Tensor, curvature: float, mean: Tensor, plane: Tensor) -> Tensor:
    """Exact radius, with the angle of the direction's principal components.

    The angle depends on a point's direction alone, so neither scale, clamp nor curvature turns a point, and a
    centroid, which lies much nearer to the origin than its points, is seen in the direction where they are.

    Args:
        points: (…, D).
        curvature: K < 0.
        mean: (D,) of the directions that the plane was made from.
        plane: (D, 2) their principal plane.

    Returns:
        (…, 2) of length √|K|·radius; straight to the right where the direction has no component in the plane.
    """
    seen = directions((directions(points) - mean) @ plane)
    right = torch.tensor([1.0, 0.0], dtype=seen.dtype, device=seen.device)
    seen = torch.where((seen == 0).all(dim=-1, keepdim=True), right, seen)
    return math.sqrt(-curvature) * norm(points)[..., None] * seen


def seen_from(centre: Tensor, points: Tensor, curvature: float) -> Tensor:
    """Points (…, D), brought `within_reach`, as tangent vectors at a centre (D,), in units of 1/√|K|."""
    return math.sqrt(-curvature) * translate(within_reach(points, curvature), -centre, curvature)


def tangent(points: Tensor, curvature: float, centre: Tensor, plane: Tensor) -> Tensor:
    """The space moved so that `centre` is the origin; then the tangent vectors there projected on a plane.

    Args:
        points: (…, D), brought `within_reach`.
        curvature: K < 0.
        centre: (D,).
        plane: (D, 2) orthonormal.

    Returns:
        (…, 2), nowhere longer than √|K|·distance from the centre.
    """
    return seen_from(centre, points, curvature) @ plane


def inner_path(start: Tensor, end: Tensor, samples: int, curvature: float) -> Tensor:
    """The geodesic from start to end without its ends, at constant speed.

    Args:
        start: (C, D), √|K|·radius ≤ `FARTHEST`.
        end: (C, D).
        samples: of the path with both ends, ≥ 2.
        curvature: K < 0.

    Returns:
        (C, samples − 2, D). With an end beyond `GEODESIC_REACH` the path is that of a tree: in along the one ray, out
        along the other, forking at the Gromov product of the ends. It is less than 2 off there, of hundreds.
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
