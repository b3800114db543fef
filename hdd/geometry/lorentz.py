"""Points of hyperbolic space and the distances between them.

Model and conventions: the space of constant curvature K < 0 is the sheet ⟨x, x⟩_L = 1/K, x₀ > 0, of the Lorentz
model, ⟨x, y⟩_L = −x₀y₀ + Σ xᵢyᵢ (time first). A point is given by its **tangent vector at the origin**
O = (1/√|K|, 0, …): v of shape (…, D), whose length |v| is the distance from O in the units in which the curvature is
K. Ambient coordinates grow as e^r and have no correct digits beyond √|K|·r ≈ 19, while tangent vectors keep all their
digits. Therefore ambient coordinates appear only in `exp0` and `log0`.

float32 inputs are computed in float64 and rounded at the end. Every function takes leading batch dimensions.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from hdd.geometry.numerics import Curvature, asinhc, common_dtype, curvature_scale, norm, sinhc, to_float64
from hdd.geometry.triangle import solve


def exp0(u: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Tangent vectors at the origin → ambient Lorentz coordinates (the exponential map at the origin).

    Args:
        u: (…, D) tangent vectors; √|K|·|u| ≤ 88 in float32 and ≤ 709 in float64 (then infinite).
        curvature: K < 0.

    Returns:
        (…, D + 1) points with ⟨x, x⟩_L = 1/K, time first: (cosh(√|K|r)/√|K|, sinh(√|K|r)·u/(√|K|r)).

    Raises:
        HDDError: curvature is not a finite number below 0.
    """
    scale = curvature_scale(curvature)
    v = to_float64(u)
    radius = scale * norm(v)
    return torch.cat([torch.cosh(radius)[..., None] / scale, sinhc(radius)[..., None] * v], dim=-1).to(u)


def log0(x: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Ambient Lorentz coordinates → tangent vectors at the origin; the inverse of `exp0`.

    Args:
        x: (…, D + 1) points with ⟨x, x⟩_L = 1/K, time first, √|K|·radius ≤ 350. Only the space part is read: it
            determines the time on the sheet, and only the space part keeps its digits near the origin.
        curvature: K < 0.

    Returns:
        (…, D) tangent vectors.

    Raises:
        HDDError: curvature is not a finite number below 0.
    """
    scale = curvature_scale(curvature)
    space = to_float64(x[..., 1:])
    return (asinhc(scale * norm(space))[..., None] * space).to(x)


def distance_gradients(x: Tensor, y: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """Derivatives of d(x, y) with respect to x and to y, all (…, D), for scale = √|K|; float64; 0 where x = y."""
    t = solve(x, y, scale)
    out_x, out_y, _, _, pull_x, pull_y = (slope[..., None] for slope in t.slopes)
    y_across = t.sin[..., None] * t.x_unit - t.cos[..., None] * t.across
    return out_x * t.x_unit - pull_x * t.across, out_y * t.y_unit - pull_y * y_across


class _Distance(torch.autograd.Function):
    """d(x, y) for points of the same shape."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(x, y)
        ctx.scale = scale
        return solve(x, y, scale).side.delta / scale

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        x, y = ctx.saved_tensors
        grad_x, grad_y = distance_gradients(x, y, ctx.scale)
        return (grad[..., None] * grad_x).to(x), (grad[..., None] * grad_y).to(y), None


def distance(u: Tensor, v: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Geodesic distance between points given as tangent vectors at the origin.

    Args:
        u: (…, D) float32 or float64.
        v: (…, D), broadcast against u.
        curvature: K < 0.

    Returns:
        (…) distances ≥ 0 in the units of u and v. Relative error up to √|K|·r = 100, for near and far pairs: one
        rounding (6e-8) in float32; in float64, 1e-15 up to √|K|·r = 5 and for generic pairs, 1e-14 for near pairs
        beyond.
        Differentiable once; the gradient is exactly 0 at coincident points. Radii far beyond 709 do not overflow.

    Raises:
        HDDError: curvature is not a finite number below 0.

    Source: half-angle form of the hyperbolic law of cosines, see `hdd.geometry.triangle`.

    >>> east, north = torch.tensor([3.0, 0.0]), torch.tensor([0.0, 3.0])
    >>> distance(east, -east), distance(east, north)
    (tensor(6.), tensor(5.3118))
    """
    scale = curvature_scale(curvature)
    x, y = torch.broadcast_tensors(*common_dtype(u, v))
    return _Distance.apply(x, y, scale).to(u.device, x.dtype)
