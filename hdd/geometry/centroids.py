"""Centroids of points given as tangent vectors at the origin (conventions: `hdd.geometry.lorentz`).

"closed" is the ambient mean, scaled back onto the sheet (Law et al. 2019, "Lorentzian distance learning"). It minimises
the sum of squared Lorentzian distances and weights distant points by about sinh(√|K|·r). "karcher" (the Fréchet mean)
minimises the sum of squared geodesic distances; it is unique in hyperbolic space and is found by Newton's method.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from hdd.errors import InvalidInputError
from hdd.geometry.isometry import translate
from hdd.geometry.numerics import Curvature, atanhc, curvature_scale, norm, over, radius_rest, sinhc, to_float64
from hdd.geometry.triangle import Side, Slopes, slopes, third_side

KINDS = ("closed", "karcher")

# Newton steps; sets in 1 ≤ √|K|·r ≤ 4 take 3 to 5.
MAX_STEPS = 100
# Largest √|K|·r at which a radius rounded to float64 keeps the closed form's relative error below 1e-15.
_ROUGH_UP_TO = 5.0
# The Karcher mean is accepted when a Newton step moves it by less than this share of the largest radius of its points.
_TOLERANCE = {torch.float64: 1e-12}
_TOLERANCE_ROUNDED = 1e-8


def centroid(u: Tensor, weights: Tensor | None = None, curvature: Curvature = -1.0, kind: str = "closed") -> Tensor:
    """Weighted centroid over the last axis but one.

    Args:
        u: (…, N, D) points, N ≥ 1.
        weights: (…, N) or broadcast to it, ≥ 0 with a positive sum over N; None gives all points the same weight.
        curvature: K < 0.
        kind: "closed" or "karcher", see the module's docstring.

    Returns:
        (…, D) points. The closed form is differentiable once and does not overflow at any radius. The Karcher mean is
        differentiable once by the implicit function theorem; its steps end when they are below 1e-12 (float64) or
        1e-8 (float32) of the largest radius. Sets of almost parallel points need √|K|·r ≤ 30.

    Raises:
        HDDError: the curvature is not a finite number below 0; the kind is unknown; there are no points; the weights
            have another shape, are below 0 or have no positive sum; or the Karcher mean is not reached after
            `MAX_STEPS` Newton steps.

    >>> points = torch.tensor([[0.0, 0.0], [0.0, 0.0], [3.0, 0.0]])
    >>> centroid(points), centroid(points, kind="karcher")
    (tensor([1.1886, 0.0000]), tensor([1., 0.]))
    """
    scale = curvature_scale(curvature)
    if kind not in KINDS:
        raise InvalidInputError(f"centroid kind must be one of {', '.join(KINDS)}, not {kind!r}.")
    if u.dim() < 2 or u.shape[-2] == 0:
        raise InvalidInputError(f"a centroid needs points of shape (…, N, D) with N ≥ 1, not {tuple(u.shape)}.")
    points = to_float64(u)
    if weights is None:
        share = points.new_full(points.shape[:-1], 1 / points.shape[-2])
    else:
        share = _shares(to_float64(weights), points.shape[:-1])
    if points.shape[-2] == 1:
        return u[..., 0, :]
    points = _off_origin(points)
    if kind == "closed":
        if u.dtype == torch.float64 and (scale * norm(points) > _ROUGH_UP_TO).any():
            share = share * (1 + radius_rest(points.detach(), curvature))
        return _closed(points, share, scale).to(u)
    tolerance = _TOLERANCE.get(u.dtype, _TOLERANCE_ROUNDED)
    mean = _Karcher.apply(points.reshape(-1, *points.shape[-2:]), share.reshape(-1, share.shape[-1]), scale, tolerance)
    return mean.reshape(points.shape[:-2] + points.shape[-1:]).to(u)


def _shares(weights: Tensor, shape: torch.Size) -> Tensor:
    try:
        weights = weights.expand(shape)
    except RuntimeError:
        raise InvalidInputError(f"weights must have shape {tuple(shape)}, not {tuple(weights.shape)}.") from None
    total = weights.sum(dim=-1, keepdim=True)
    if not ((weights >= 0).all() and (total > 0).all() and total.isfinite().all()):
        raise InvalidInputError("weights must be numbers ≥ 0 with a positive sum over each set of points.")
    return weights / total


def _versine(points: Tensor, radius: Tensor, direction: Tensor) -> Tensor:
    """1 − cos of the angles between points (…, N, D) of given radii (…, N) and unit vectors (…, D), exact near 0."""
    cos = over((points @ direction[..., None])[..., 0], radius)
    near = cos > 0.99
    if not near.any():
        return 1 - cos
    apart = over(points[near], radius[near][..., None]) - direction[..., None, :].expand_as(points)[near]
    return (1 - cos).masked_scatter(near, apart.square().sum(dim=-1) / 2)


def _closed(points: Tensor, share: Tensor, scale: float) -> Tensor:
    """With the ambient mean (m₀, m): atanh(|m|/m₀)·m/|m|, from |m| and from m₀ − |m| as a sum of positive terms."""
    radius = norm(points)
    a = scale * radius
    top = a.detach().amax(dim=-1, keepdim=True)
    reach = sinhc(a, top)
    space = ((share * reach * scale)[..., None, :] @ points)[..., 0, :]
    # The direction maximises ⟨m, direction⟩, so that its own derivative drops out.
    direction = over(space, norm(space)[..., None]).detach()
    size = (space * direction).sum(dim=-1)
    lag = (share * (torch.exp(-a - top) + a * reach * _versine(points, radius, direction))).sum(dim=-1)
    time = size + lag
    return space * (atanhc(size / time, lag / time) / (scale * time))[..., None]


class _Star(NamedTuple):
    """The triangles of the origin, one centre (B, D) and each of the points (B, N, D)."""

    centre_unit: Tensor
    a: Tensor
    b: Tensor
    cos: Tensor
    sin: Tensor
    side: Side
    slopes: Slopes
    reach: Tensor
    """sinh b / sinh δ, 0 where the triangle is flat."""


def _star(centre: Tensor, points: Tensor, radius: Tensor, scale: float) -> _Star:
    centre_radius = norm(centre)[..., None]
    unit = centre / centre_radius
    half_square = _versine(points, radius, unit) / 2
    half_sin, half_cos = half_square.sqrt(), (1 - half_square).clamp(min=0).sqrt()
    a, b = (scale * centre_radius).expand_as(radius), scale * radius
    side = third_side(a, b, a - b, half_sin)
    slope = slopes(a, b, a - b, half_cos, side)
    sin = 2 * half_sin * half_cos
    return _Star(unit, a, b, 1 - 2 * half_square, sin, side, slope, over(slope.sin_x, sin))


def _hessian(star: _Star, points: Tensor, radius: Tensor, share: Tensor) -> Callable[[Tensor], Tensor]:
    """p → H p for the Hessian H = Σ w·[n nᵀ + δ coth δ·(1 − n nᵀ)] of ½ Σ w δ²; n are the directions of the points."""
    delta = star.side.delta
    bend = torch.where(delta > 0, delta / torch.tanh(torch.where(delta > 0, delta, 1)), 1)
    whole = (share * bend).sum(dim=-1, keepdim=True)
    spread = share * (bend - 1)
    on_points = star.reach / radius
    on_centre = star.slopes.out_x + star.reach * star.cos

    def apply(p: Tensor) -> Tensor:
        along = on_points * (points @ p[..., None])[..., 0]
        along = spread * (along - on_centre * (star.centre_unit * p).sum(dim=-1, keepdim=True))
        drop = ((on_points * along)[..., None, :] @ points)[..., 0, :]
        return whole * p - drop + (on_centre * along).sum(dim=-1, keepdim=True) * star.centre_unit

    return apply


def _conjugate_gradients(apply: Callable[[Tensor], Tensor], target: Tensor, tolerance: float) -> Tensor:
    """Solves H x = target (B, D) for H ≥ 1 to a relative residual; H has few distinct eigenvalues, so few rounds."""
    x = torch.zeros_like(target)
    residual = direction = target
    square = residual.square().sum(dim=-1, keepdim=True)
    enough = tolerance**2 * square
    for _ in range(2 * target.shape[-1] + 10):
        if (square <= enough).all():
            break
        image = apply(direction)
        step = over(square, (direction * image).sum(dim=-1, keepdim=True))
        x = x + step * direction
        residual = residual - step * image
        square, last = residual.square().sum(dim=-1, keepdim=True), square
        direction = residual + over(square, last) * direction
    return x


def _off_origin(points: Tensor) -> Tensor:
    """Points with those at the origin moved by 1e-150, so that each has a direction."""
    at_origin = norm(points) == 0
    if not at_origin.any():
        return points
    nudge = torch.zeros_like(points)
    nudge[..., 0] = 1e-150
    return points + at_origin[..., None] * nudge


def _to_coordinates(vector: Tensor, star: _Star) -> Tensor:
    """A small displacement, or a gradient taken the other way, from the radial frame at the centre to coordinates."""
    along = (vector * star.centre_unit).sum(dim=-1, keepdim=True) * star.centre_unit
    return along + (vector - along) / sinhc(star.a[..., :1])


class _Karcher(torch.autograd.Function):
    """Karcher mean of points (B, N, D) with shares (B, N) that sum to 1, float64, not at the origin."""

    @staticmethod
    def forward(ctx: Any, points: Tensor, share: Tensor, scale: float, tolerance: float) -> Tensor:
        radius = norm(points)
        size = radius.amax(dim=-1)
        trial = mean = _off_origin(_closed(points, share, scale))
        cost = torch.full_like(size, torch.inf)
        step = torch.zeros_like(mean)
        for _ in range(MAX_STEPS):
            star = _star(trial, points, radius, scale)
            trial_cost = (share * star.side.delta.square()).sum(dim=-1)
            pull = share * star.side.delta
            log = ((pull * star.reach / radius)[..., None, :] @ points)[..., 0, :]
            back = (pull * (star.slopes.out_x + star.reach * star.cos)).sum(dim=-1, keepdim=True)
            log = log - back * star.centre_unit
            newton = _conjugate_gradients(_hessian(star, points, radius, share), log, 1e-3)
            # Far from the mean a full step may overshoot. Then half the step is tried from the same point.
            better = (trial_cost <= cost * (1 + 1e-12))[..., None]
            mean = torch.where(better, trial, mean)
            cost = torch.where(better[..., 0], trial_cost, cost)
            step = torch.where(better, newton, step / 2)
            if (norm(_to_coordinates(step, star)) / scale <= tolerance * size).all():
                break
            trial = _off_origin(translate(step / scale, mean, -scale * scale))
        else:
            raise InvalidInputError(
                f"the Karcher mean did not converge in {MAX_STEPS} Newton steps: the points must be finite, and their "
                f"largest √|K|·radius, {scale * size.max():.3g}, moderate. Lower the feature scale or take 'closed'."
            )
        ctx.save_for_backward(points, share, mean)
        ctx.scale, ctx.tolerance = scale, tolerance
        return mean

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """Implicit differentiation of Σ w·log(point) = 0: H·dmean = Σ w·dlog(point) + Σ dw·log(point)."""
        points, share, mean = ctx.saved_tensors
        radius = norm(points)
        star = _star(mean, points, radius, ctx.scale)
        unit, cos, sin = star.centre_unit, star.cos, star.sin
        _, _, sin_x, sin_y, _, _ = star.slopes
        apart = star.side.delta > 0
        out_x, out_y = torch.where(apart, star.slopes.out_x, -1), torch.where(apart, star.slopes.out_y, 1)
        hessian = _hessian(star, points, radius, share)
        x = _conjugate_gradients(hessian, _to_coordinates(grad, star), ctx.tolerance)
        # Components of x on the centre's ray, across it, along the geodesic to a point, and normal to that.
        on_ray = (x * unit).sum(dim=-1, keepdim=True)
        across = over((points @ x[..., None])[..., 0] / radius - cos * on_ray, sin)
        along = sin_x * across - out_x * on_ray
        normal = -sin_x * on_ray - out_x * across
        squeeze = 1 / sinhc(star.side.delta)
        at_point = along * out_y - squeeze * normal * sin_y
        turned = along * sin_y + squeeze * normal * out_y
        stretch = share * sinhc(star.b)
        off_ray = over(turned * cos - squeeze * across, sin)
        on_point = (share * at_point + stretch * off_ray) / radius
        on_centre = -stretch * (off_ray * cos + turned * sin + squeeze * on_ray)
        on_x = stretch * squeeze
        grad_points = on_point[..., None] * points + torch.stack([on_centre, on_x], -1) @ torch.stack([unit, x], -2)
        return grad_points, star.side.delta * along / ctx.scale, None, None
