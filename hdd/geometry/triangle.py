"""The hyperbolic triangle of the origin O and two points x, y: what distances, logarithms and transport are made of.

Points are tangent vectors at O. Lengths here are in units of 1/√|K|: a = √|K|·|x|, b = √|K|·|y|, δ = √|K|·d(x, y).
θ is the angle at O. With X = sinh(|a − b|/2) and Y = √(sinh a·sinh b)·sin(θ/2) the third side is

    sinh²(δ/2) = X² + Y²      (half-angle form of the hyperbolic law of cosines),

a sum of non-negative terms, so nothing cancels as long as a − b and sin(θ/2) are known to full relative precision;
`solve` takes care of that. A direction at a point is given in the *radial frame*: carried to O along the ray.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from hdd.geometry.numerics import log_sinh, norm, over, to_float64

# Beyond this mean radius hyperbolic functions go through logarithms; float64 overflows at 709.
_HUGE = 300.0


class Side(NamedTuple):
    """The side from x to y: its length and how it comes about."""

    delta: Tensor
    radial: Tensor
    """X / sinh(δ/2), in [0, 1]; 0 where x = y."""
    angular: Tensor
    """Y / sinh(δ/2), in [0, 1]; 0 where x = y."""


class Slopes(NamedTuple):
    """How the side leaves x and y. The derivative of δ along the ray is the cosine of the angle to the ray."""

    out_x: Tensor
    """∂δ/∂a in [−1, 1]: −1 where y lies straight behind x."""
    out_y: Tensor
    """∂δ/∂b."""
    sin_x: Tensor
    """Sine of the triangle's angle at x."""
    sin_y: Tensor
    pull_x: Tensor
    """(1/a)·∂δ/∂θ = sin_x·sinh(a)/a: the slope across the ray in the coordinates of x."""
    pull_y: Tensor


class Triangle(NamedTuple):
    """A solved triangle; scalars (…), vectors (…, D)."""

    a: Tensor
    b: Tensor
    cos: Tensor
    """Cosine of θ."""
    sin: Tensor
    x_unit: Tensor
    """x/|x|; y/|y| where x = 0."""
    y_unit: Tensor
    across: Tensor
    """Unit vector with y_unit = cos·x_unit + sin·across; 0 where sin = 0."""
    side: Side
    slopes: Slopes


def third_side(a: Tensor, b: Tensor, gap: Tensor, half_sin: Tensor) -> Side:
    """The side opposite to O, from the radii a, b ≥ 0, their signed gap a − b, and sin(θ/2)."""
    half_gap = gap.abs() / 2
    x = torch.sinh(half_gap)
    y = torch.sinh(a).sqrt() * torch.sinh(b).sqrt() * half_sin
    size = torch.hypot(x, y)
    delta, radial, angular = 2 * torch.asinh(size), over(x, size), over(y, size)
    huge = a + b > 2 * _HUGE
    if huge.any():
        log_x, log_y = log_sinh(half_gap), (log_sinh(a) + log_sinh(b)) / 2 + torch.log(half_sin)
        log_size = torch.logaddexp(2 * log_x, 2 * log_y) / 2
        apart = log_size > -math.inf
        long = torch.where(log_size > _HUGE, log_size + math.log(2), torch.asinh(torch.exp(log_size)))
        delta = torch.where(huge, 2 * long, delta)
        radial = torch.where(huge, torch.where(apart, torch.exp(log_x - log_size), 0), radial)
        angular = torch.where(huge, torch.where(apart, torch.exp(log_y - log_size), 0), angular)
    return Side(delta, radial, angular)


def slopes(a: Tensor, b: Tensor, gap: Tensor, half_cos: Tensor, side: Side) -> Slopes:
    """The directions of the side at its ends, all 0 where the ends coincide; half_cos is cos(θ/2)."""
    delta, radial, angular = side
    huge = a + b > 2 * _HUGE
    drop = torch.exp((gap.abs() - delta) / 2) * (1 + torch.exp(-gap.abs())) / (1 + torch.exp(-delta))
    along = torch.sign(gap) * radial * drop
    bend = angular.square() * torch.tanh(delta / 2)
    cosh = torch.cosh(delta / 2)
    spread = torch.where(
        huge,
        2 * torch.exp((log_sinh(a) + log_sinh(b) - delta) / 2),
        torch.sinh(a).sqrt() * torch.sinh(b).sqrt() / cosh,
    )
    tilt = torch.where(huge, torch.exp((log_sinh(b) - log_sinh(a)) / 2), over(torch.sinh(b), torch.sinh(a)).sqrt())
    turn = angular * half_cos
    bent = turn > 0
    return Slopes(
        out_x=along + over(bend, torch.tanh(a)),
        out_y=-along + over(bend, torch.tanh(b)),
        sin_x=turn * torch.where(bent, tilt / cosh, 0),
        sin_y=turn * torch.where(bent, 1 / (tilt * cosh), 0),
        pull_x=over(turn * torch.where(bent, spread, 0), a),
        pull_y=over(turn * torch.where(bent, spread, 0), b),
    )


def half_angle(cos: Tensor, sin: Tensor) -> tuple[Tensor, Tensor]:
    """(sin(θ/2), cos(θ/2)) from the cosine and the sine of θ in [0, π], without cancellation at either end."""
    major = ((1 + cos.abs()) / 2).sqrt()
    minor = sin / (2 * major)
    return torch.where(cos < 0, major, minor), torch.where(cos < 0, minor, major)


def _sum(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """x + y rounded, and what the rounding took (Knuth's two-sum)."""
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)


def _wedge(x: Tensor, y: Tensor, pivot: Tensor) -> Tensor:
    """x_p·y − y_p·x for the pivot component p, to full relative precision however nearly parallel x and y are."""
    if x.dtype == torch.float32 and y.dtype == torch.float32:
        x, y = to_float64(x), to_float64(y)
        return x.gather(-1, pivot) * y - y.gather(-1, pivot) * x
    # In parts of 24 and 29 bits: all products but those of the lower parts are then exact in float64.
    x, y = to_float64(x), to_float64(y)
    x1, y1 = x.float().double(), y.float().double()
    x2, y2 = x - x1, y - y1
    p1, p2, q1, q2 = x1.gather(-1, pivot), x2.gather(-1, pivot), y1.gather(-1, pivot), y2.gather(-1, pivot)
    leading, rest = _sum(p1 * y1, -q1 * x1)
    left, left_rest = _sum(p1 * y2, -q1 * x2)
    right, right_rest = _sum(p2 * y1, -q2 * x1)
    mixed, mixed_rest = _sum(left, right)
    return (leading + mixed) + ((rest + left_rest + right_rest + mixed_rest) + (p2 * y2 - q2 * x2))


def solve(x: Tensor, y: Tensor, scale: float) -> Triangle:
    """Solves the triangle of O and two points of the same shape (…, D), float32 or float64, for scale = √|K|.

    Nothing here records gradients: callers state their derivatives, which are those of the triangle itself.
    """
    pivot = x.abs().argmax(dim=-1, keepdim=True)
    wedge = _wedge(x, y, pivot)
    x, y = to_float64(x), to_float64(y)
    x_radius, y_radius = norm(x), norm(y)
    gap = over(((x - y) * (x + y)).sum(dim=-1), x_radius + y_radius)
    x_unit, y_unit = (over(z, r[..., None]) for z, r in ((x, x_radius), (y, y_radius)))
    wedge = wedge - x_unit * (x_unit * wedge).sum(dim=-1, keepdim=True)
    across = over(wedge, x.gather(-1, pivot) * y_radius[..., None])
    sin = norm(across)
    across = over(across, sin[..., None])
    # A point at O has no direction of its own; the other point's makes every formula below continuous.
    cos = torch.where((x_radius > 0) & (y_radius > 0), (x_unit * y_unit).sum(dim=-1), 1)
    x_unit, y_unit = (
        torch.where(x_radius[..., None] > 0, x_unit, y_unit),
        torch.where(y_radius[..., None] > 0, y_unit, x_unit),
    )
    a, b, gap = scale * x_radius, scale * y_radius, scale * gap
    half_sin, half_cos = half_angle(cos, sin)
    side = third_side(a, b, gap, half_sin)
    return Triangle(a, b, cos, sin, x_unit, y_unit, across, side, slopes(a, b, gap, half_cos, side))
