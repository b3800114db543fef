"""Translations, geodesics and parallel transport (conventions: `hdd.geometry.lorentz`).

Tangent vectors at a point other than the origin are given in the **radial frame**, which means that they are carried to
the origin along the ray from the origin to that point. Their Euclidean length is then their hyperbolic length; the
logarithm of y at x is `translate(y, -x)`, and the exponential of w at x is `translate(w, x)`.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from hdd.geometry.lorentz import distance
from hdd.geometry.numerics import Curvature, asinhc, common_dtype, curvature_scale, norm, sinhc, to_float64
from hdd.geometry.triangle import Triangle, solve


def _dot(x: Tensor, y: Tensor) -> Tensor:
    return (x * y).sum(dim=-1, keepdim=True)


def _stretch(grad: Tensor, unit: Tensor, radius: Tensor) -> Tensor:
    """A gradient in the radial frame at a point → the gradient in the coordinates of that point."""
    along = _dot(grad, unit) * unit
    return along + sinhc(radius)[..., None] * (grad - along)


def _swirl(axis: Tensor, v: Tensor, grad: Tensor) -> Tensor:
    """Gradient, in e, of ⟨grad, R v⟩ for the infinitesimal rotation R of the axis towards e."""
    return _dot(axis, v) * grad - _dot(axis, grad) * v


class _Planes:
    """Unit vectors, in the plane of the triangle O, x, y, of the geodesic from x to y, each in its radial frame."""

    def __init__(self, t: Triangle) -> None:
        apart = (t.side.delta > 0)[..., None]
        out_x = torch.where(apart, t.slopes.out_x[..., None], -1)
        out_y = torch.where(apart, t.slopes.out_y[..., None], 1)
        sin_x, sin_y = t.slopes.sin_x[..., None], t.slopes.sin_y[..., None]
        y_across = t.cos[..., None] * t.across - t.sin[..., None] * t.x_unit
        self.start = sin_x * t.across - out_x * t.x_unit
        self.start_normal = -sin_x * t.x_unit - out_x * t.across
        self.end = out_y * t.y_unit + sin_y * y_across
        self.end_normal = out_y * y_across - sin_y * t.y_unit

    def turn(self, w: Tensor, *, back: bool = False) -> Tensor:
        """Transports vectors from x to y, or back."""
        source, target = (self.start, self.start_normal), (self.end, self.end_normal)
        if back:
            source, target = target, source
        return w + sum(_dot(w, p) * (q - p) for p, q in zip(source, target, strict=True))


class _Log(torch.autograd.Function):
    """The logarithm of y at x in the radial frame."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(x, y)
        ctx.scale = scale
        t = solve(x, y, scale)
        return t.side.delta[..., None] / scale * _Planes(t).start

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        x, y = ctx.saved_tensors
        t = solve(x, y, ctx.scale)
        planes = _Planes(t)
        delta = t.side.delta[..., None]
        along = _dot(grad, planes.start) * planes.start
        # Moving y: 1 along the geodesic and δ/sinh δ across it (Jacobi fields), transported to x.
        at_y = planes.turn(along + (grad - along) / sinhc(delta))
        # Moving x: minus the Hessian of d²/2, and the turn of the radial frame itself.
        hessian = along + delta / torch.where(delta > 0, torch.tanh(delta), 1) * (grad - along)
        hessian = torch.where(delta > 0, hessian, grad)
        frame = _swirl(t.x_unit, delta * planes.start, grad) * torch.tanh(t.a / 2)[..., None]
        return _stretch(-hessian - frame, t.x_unit, t.a).to(x), _stretch(at_y, t.y_unit, t.b).to(y), None


class _Transport(torch.autograd.Function):
    """Parallel transport of w from x to y, both ends in radial frames."""

    @staticmethod
    def forward(ctx: Any, w: Tensor, x: Tensor, y: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(w, x, y)
        ctx.scale = scale
        return _Planes(solve(x, y, scale)).turn(to_float64(w))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        w, x, y = ctx.saved_tensors
        w64 = to_float64(w)
        t = solve(x, y, ctx.scale)
        planes = _Planes(t)
        moved, returned = planes.turn(w64), planes.turn(grad, back=True)
        half, half_a, half_b = (torch.tanh(side / 2)[..., None] for side in (t.side.delta, t.a, t.b))
        # How a vector turns when an end moves: by the curvature of the thin triangle swept, minus the turn of the
        # frame.
        at_x = half * _swirl(-planes.start, returned, w64) - half_a * _swirl(t.x_unit, returned, w64)
        at_y = half * _swirl(planes.end, moved, grad) - half_b * _swirl(t.y_unit, moved, grad)
        at_x, at_y = _stretch(at_x, t.x_unit, t.a), _stretch(at_y, t.y_unit, t.b)
        return returned.to(w), (ctx.scale * at_x).to(x), (ctx.scale * at_y).to(y), None


def translate(u: Tensor, by: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """The translation along the ray of `by` that carries the origin to `by`; its inverse is `translate(·, -by)`.

    Args:
        u: (…, D) points, √|K|·radius ≤ 350.
        by: (…, D) image of the origin, broadcast against u.
        curvature: K < 0.

    Returns:
        (…, D) points; all distances are preserved. Differentiable once in u and by. The radius of the result is as
        exact as `distance(u, -by)`; its direction has an absolute error of one rounding, as any vector has.

    Raises:
        HDDError: curvature is not a finite number below 0.

    >>> translate(torch.tensor([2.0, 0.0]), by=torch.tensor([1.0, 0.0]))
    tensor([3., 0.])
    """
    scale = curvature_scale(curvature)
    x, y = torch.broadcast_tensors(*common_dtype(-by, u))
    return _Log.apply(x, y, scale).to(u.device, x.dtype)


def transport(w: Tensor, start: Tensor, end: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Parallel transport of tangent vectors along the geodesic from one point to another.

    Args:
        w: (…, D) tangent vectors at `start`, in its radial frame (see the module's docstring).
        start: (…, D) points.
        end: (…, D) points. All three are broadcast against each other.
        curvature: K < 0.

    Returns:
        (…, D) tangent vectors at `end`, in its radial frame; lengths and angles are preserved. A vector that is carried
        around the triangle O, start, end turns by |K| times the area. In radial frames the transport along rays is the
        identity, so the result shows exactly this turn.

    Raises:
        HDDError: curvature is not a finite number below 0.
    """
    scale = curvature_scale(curvature)
    v, x, y = torch.broadcast_tensors(*common_dtype(w, start, end))
    return _Transport.apply(v, x, y, scale).to(w.device, v.dtype)


def geodesic(u: Tensor, v: Tensor, t: float | Tensor, curvature: Curvature = -1.0) -> Tensor:
    """The points at fraction t of the way from u to v, at constant speed.

    Args:
        u: (…, D) points at t = 0; √|K|·radius ≤ 350.
        v: (…, D) points at t = 1.
        t: a number, or a tensor (…) broadcast against the batch dimensions of u and v; outside [0, 1] the geodesic
            continues beyond its ends.
        curvature: K < 0.

    Returns:
        (…, D) points; differentiable once in u, v and t.

    Raises:
        HDDError: curvature is not a finite number below 0.

    Source: γ(t) = [sinh((1−t)δ)·u + sinh(tδ)·v] / sinh δ in ambient coordinates, δ = √|K|·d(u, v).
    """
    scale = curvature_scale(curvature)
    x, y = to_float64(u), to_float64(v)
    t = torch.as_tensor(t, dtype=x.dtype, device=x.device)
    delta = scale * distance(x, y, curvature)
    # Scaled by e^−δ above and below, so that nothing overflows.
    share_x, share_y = (f * sinhc(f.abs() * delta, delta) / sinhc(delta, delta) for f in (1 - t, t))
    to_x, to_y = ((share * sinhc(scale * norm(z)))[..., None] * z for share, z in ((share_x, x), (share_y, y)))
    space = to_x + to_y
    return (space * asinhc(scale * norm(space))[..., None]).to(u)
