"""Maps from points of a D-dimensional hyperbolic space to the hyperbolic plane.

All points are tangent vectors at the origin (`hdd.geometry.lorentz`), float64, of a space of curvature −1; so a length
is √|K| times a length in a space of curvature K.
"""

from typing import Any

import numpy as np
import torch
from scipy.sparse.linalg import svds
from torch import Tensor

from hdd.geometry import distance, geodesic, translate
from hdd.geometry.embed import clamp_radius
from hdd.geometry.numerics import norm, over

FARTHEST = 700.0
"""Largest radius at which isometries and shadows are computed; beyond it, e^r overflows."""

GEODESIC_REACH = 350.0
"""Largest radius of the ends for which `hdd.geometry.geodesic` works."""

_DENSE_UP_TO = 512


def within_reach(points: Tensor) -> Tensor:
    """Points (…, D); those beyond `FARTHEST` are moved in to that radius."""
    return clamp_radius(points, -1.0, FARTHEST)


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


def at_length(vectors: Tensor, length: Tensor) -> Tensor:
    """Vectors (…, 2) in the direction of `vectors`, of given lengths (…); a vector without direction goes right."""
    right = torch.tensor([1.0, 0.0], dtype=vectors.dtype, device=vectors.device)
    unit = directions(vectors)
    return length[..., None] * torch.where((unit == 0).all(dim=-1, keepdim=True), right, unit)


def seen_from(centre: Tensor, points: Tensor) -> Tensor:
    """Points (…, D), moved `within_reach`, as tangent vectors at a centre (D,) or at centres (…, D)."""
    return translate(within_reach(points), -centre)


def shadow(seen: Tensor, plane: Tensor) -> Tensor:
    """The feet of the perpendiculars from points to a geodesic plane through the origin.

    The hyperboloid's coordinates in the plane are kept, and the rest is left out: x ↦ (x₀, x₁, x₂)/√(x₀² − x₁² − x₂²).
    No distance grows.

    Args:
        seen: (…, D), of radius ≤ `FARTHEST`.
        plane: (D, 2) orthonormal basis.

    Returns:
        (…, 2).
    """
    radius, unit = norm(seen), directions(seen)
    inside = unit @ plane
    outside = norm(unit - inside @ plane.T)
    share = norm(inside)
    # sinh of the new radius is sinh(r)·share / √(1 + (sinh(r)·outside)²), divided here by sinh(r).
    slim = 2 * torch.exp(-radius) / -torch.expm1(-2 * radius)
    return at_length(inside, torch.where(radius == 0, 0.0, torch.asinh(share / torch.hypot(slim, outside))))


def geodesics(start: Tensor, end: Tensor, samples: int) -> Tensor:
    """The geodesics from start to end, at constant speed.

    Args:
        start, end: (C, D), of radius ≤ `FARTHEST`.
        samples: number of points of each path including both ends, ≥ 2.

    Returns:
        (C, samples, D). If an end is beyond `GEODESIC_REACH`, the path is that of a tree: it goes inwards along one ray
        and outwards along the other, and turns at the Gromov product of the ends. At lengths of hundreds, this path is
        off by less than 2.
    """
    u, v = start[:, None], end[:, None]
    t = torch.linspace(0, 1, samples, dtype=u.dtype, device=u.device)[1:-1]
    radii = torch.stack([norm(start), norm(end)])
    far = radii.amax(dim=0) > GEODESIC_REACH
    path = geodesic(u, v, t)
    if far.any():
        a, b = radii[..., None]
        length = distance(start, end)[:, None]
        fork = ((a + b - length) / 2).clamp(min=0)
        done = t * length
        inwards = (done < a - fork)[..., None]
        tree = torch.where(
            inwards, (a - done)[..., None] * directions(u), (done - a + 2 * fork)[..., None] * directions(v)
        )
        path = torch.where(far[:, None, None], tree, path)
    return torch.cat([u, path, v], dim=1)
