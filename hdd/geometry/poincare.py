"""Charts and pictures: the Poincaré ball and the Klein ball, and paths to draw in the disk.

Model and conventions: both balls have radius 1 for every curvature K < 0, so that pictures of different curvatures have
the same rim. A point at distance r from the origin lies at radius tanh(√|K|·r/2) in the Poincaré ball, which preserves
angles, and at tanh(√|K|·r) in the Klein ball, where geodesics are straight. float64 rounds these radii to 1 at
√|K|·r ≈ 37 and 19. Beyond that, tangent vectors (`hdd.geometry.lorentz`) still tell points apart, but the balls do not.
"""

import math

import torch
from torch import Tensor

from hdd.errors import InvalidInputError
from hdd.geometry.isometry import geodesic, translate
from hdd.geometry.numerics import Curvature, atanhc, curvature_scale, norm, tanhc, to_float64


def to_ball(u: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Tangent vectors at the origin (…, D) → points of the unit Poincaré ball (…, D), norm ≤ 1.

    Raises:
        HDDError: curvature is not a finite number below 0.

    >>> to_ball(torch.tensor([2.0, 0.0]))
    tensor([0.7616, 0.0000])
    """
    v = to_float64(u) * (curvature_scale(curvature) / 2)
    return (tanhc(norm(v))[..., None] * v).to(u)


def from_ball(z: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Points of the unit Poincaré ball (…, D) → tangent vectors at the origin (…, D).

    Raises:
        HDDError: curvature is not a finite number below 0, or a point has norm ≥ 1.
    """
    return (_from_unit_ball(z) * (2 / curvature_scale(curvature))).to(z)


def to_klein(u: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Tangent vectors at the origin (…, D) → points of the unit Klein ball (…, D), norm ≤ 1.

    Raises:
        HDDError: curvature is not a finite number below 0.
    """
    v = to_float64(u) * curvature_scale(curvature)
    return (tanhc(norm(v))[..., None] * v).to(u)


def from_klein(z: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Points of the unit Klein ball (…, D) → tangent vectors at the origin (…, D).

    Raises:
        HDDError: curvature is not a finite number below 0, or a point has norm ≥ 1.
    """
    return (_from_unit_ball(z) / curvature_scale(curvature)).to(z)


def _from_unit_ball(z: Tensor) -> Tensor:
    z = to_float64(z)
    radius = norm(z)
    if not (radius < 1).all():
        raise InvalidInputError(f"points of the ball must have norm below 1, and the largest is {radius.max():.17g}.")
    return atanhc(radius, 1 - radius)[..., None] * z


def mobius_add(x: Tensor, y: Tensor) -> Tensor:
    """Möbius addition x ⊕ y in the unit Poincaré ball: the translation along x's ray from 0 to x, applied to y.

    Args:
        x: (…, D) points, norm < 1.
        y: (…, D) points, broadcast against x.

    Returns:
        (…, D) points, exact up to one rounding of ball coordinates; far from the origin use `hdd.geometry.translate`.

    Source: Ungar, "Analytic hyperbolic geometry" (2005), for curvature −1 in the unit ball.
    """
    p, q = to_float64(x), to_float64(y)
    dot, p2, q2 = ((s * t).sum(dim=-1, keepdim=True) for s, t in ((p, q), (p, p), (q, q)))
    return (((1 + 2 * dot + q2) * p + (1 - p2) * q) / (1 + 2 * dot + p2 * q2)).to(torch.result_type(x, y))


def recentre(points: Tensor, centre: Tensor) -> Tensor:
    """Moves the view so that `centre` is at the middle of the ball: (−centre) ⊕ points.

    Args:
        points: (…, D) points of the unit Poincaré ball.
        centre: (…, D) point, norm < 1, broadcast against the points; `recentre(·, -centre)` undoes it.
    """
    return mobius_add(-centre, points)


def _check_samples(samples: int) -> None:
    if samples < 2:
        raise InvalidInputError(f"the number of samples of a path must be at least 2, not {samples}.")


def geodesic_path(u: Tensor, v: Tensor, samples: int = 65, curvature: Curvature = -1.0) -> Tensor:
    """The geodesic segment from u to v as a path in the Poincaré disk, evenly sampled in hyperbolic length.

    Args:
        u: (…, D) tangent vectors at the origin.
        v: (…, D), broadcast against u.
        samples: points of the path with both ends, ≥ 2.
        curvature: K < 0.

    Returns:
        (…, samples, D) points of the unit Poincaré ball.

    Raises:
        HDDError: curvature is not a finite number below 0, or samples < 2.
    """
    _check_samples(samples)
    start, end = to_float64(u)[..., None, :], to_float64(v)[..., None, :]
    t = torch.linspace(0, 1, samples, dtype=start.dtype, device=start.device)
    return to_ball(geodesic(start, end, t, curvature), curvature).to(u)


def _circle_radius(radius: float | Tensor, like: Tensor) -> Tensor:
    result = torch.as_tensor(radius, dtype=like.dtype, device=like.device)
    if not (result >= 0).all():
        raise InvalidInputError(f"the radius of a circle must be 0 or more, and the smallest is {result.min():g}.")
    return result


def circle(centre: Tensor, radius: float | Tensor, curvature: Curvature = -1.0) -> tuple[Tensor, Tensor]:
    """A hyperbolic circle (or sphere) as the Euclidean circle (or sphere) that it forms in the Poincaré ball.

    Args:
        centre: (…, D) tangent vectors at the origin.
        radius: hyperbolic radius ≥ 0 in the units of the centre: a number, or (…) broadcast against the centres.
        curvature: K < 0.

    Returns:
        Euclidean centre (…, D) and Euclidean radius (…) in the unit ball.

    Raises:
        HDDError: curvature is not a finite number below 0, or a radius < 0.

    Source: centre (1 − t²)z/(1 − |z|²t²), radius (1 − |z|²)t/(1 − |z|²t²) for the centre z in the ball and
    t = tanh(√|K|·radius/2).
    """
    scale = curvature_scale(curvature)
    v = to_float64(centre) * (scale / 2)
    half = _circle_radius(radius, v) * (scale / 2)
    half_centre = norm(v)
    # With 1 − tanh² = 1/cosh² inserted, the formula keeps its digits at the rim.
    cosh_square, sinh = torch.cosh(half_centre).square(), torch.sinh(half)
    whole = cosh_square + sinh.square()
    euclidean_centre = (tanhc(half_centre) * cosh_square / whole)[..., None] * v
    return euclidean_centre.to(centre), (sinh * torch.cosh(half) / whole).to(centre)


def circle_path(centre: Tensor, radius: float | Tensor, samples: int = 129, curvature: Curvature = -1.0) -> Tensor:
    """A hyperbolic circle as a closed path in the Poincaré disk, evenly sampled in hyperbolic length.

    Args:
        centre: (…, 2) tangent vectors at the origin.
        radius: as in `circle`.
        samples: points of the path, ≥ 2; the last repeats the first.
        curvature: K < 0.

    Returns:
        (…, samples, 2) points of the unit disk.

    Raises:
        HDDError: curvature is not a finite number below 0, a radius < 0, or samples < 2.
    """
    _check_samples(samples)
    v = to_float64(centre)
    angle = torch.linspace(0, 2 * math.pi, samples, dtype=v.dtype, device=v.device)
    rim = _circle_radius(radius, v)[..., None, None] * torch.stack([torch.cos(angle), torch.sin(angle)], dim=-1)
    return to_ball(translate(rim, v[..., None, :], curvature), curvature).to(centre)
