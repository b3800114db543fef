"""All distances between two sets of points (conventions: `hdd.geometry.lorentz`).

Angles come from one matrix product, which is exact up to one rounding of the cosine. If that is not enough, because two
points are near each other compared with their distance from the origin, the pair is computed again on its own. Whoever
accepts a larger error gets the product in float32, which is several times faster.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from hdd.geometry.lorentz import distance_gradients
from hdd.geometry.numerics import Curvature, common_dtype, curvature_scale, norm, over, to_float64
from hdd.geometry.triangle import Side, slopes, solve, third_side

# Scalars of one block of pairs, and vector components of one batch of single pairs, that are in memory at once.
_BLOCK_PAIRS = 1 << 19
_BLOCK_COMPONENTS = 1 << 21
# Largest relative error accepted from the matrix product; float32 results are rounded by 6e-8 anyway.
_TOLERANCE = {torch.float64: 1e-14}
_TOLERANCE_ROUNDED = 1e-8
# From this tolerance on, a product in float32 is exact enough for all but a few pairs.
_FLOAT32_TOLERANCE = 1e-5
# If it is not enough for more than this share of the pairs, float64 is faster than to compute them one by one.
_FEW = 1 / 32


class _Block(NamedTuple):
    """Pairs of some rows of x (n, D) with all of y (M, D)."""

    rows: slice
    x: Tensor
    """(n, D) in the precision of the product."""
    y: Tensor
    x_radius: Tensor
    """(n, 1), unscaled, float64 like all scalars."""
    y_radius: Tensor
    """(M,)"""
    a: Tensor
    b: Tensor
    cos: Tensor
    """(n, M), like all below."""
    half_sin: Tensor
    side: Side
    close: Tensor
    """Pairs for which the matrix product is not exact enough."""


def _block(x: Tensor, y: Tensor, rows: slice, scale: float, tolerance: float, precision: torch.dtype) -> _Block:
    exact = torch.finfo(precision)
    part, other = x[rows].to(precision), y.to(precision)
    x_radius, y_radius = norm(part).double()[:, None], norm(other).double()
    size = x_radius * y_radius
    # Products of smaller vectors have no correct digits.
    known = size > exact.tiny / exact.eps
    cos = ((part @ other.T).double() / torch.where(known, size, 1)).clamp(-1, 1)
    half_sin = ((1 - cos) / 2).sqrt()
    a, b = scale * x_radius, scale * y_radius
    gap = a - b
    side = third_side(a, b, gap, half_sin)
    # How much a rounding of the cosine, and one of the gap, changes sinh²(δ/2).
    of_cos = torch.where(half_sin > 0, side.angular / half_sin, torch.inf).square()
    of_gap = over(side.radial.square() * (a + b), torch.tanh(gap.abs() / 2))
    doubt = exact.eps * (of_cos + of_gap)
    return _Block(rows, part, other, x_radius, y_radius, a, b, cos, half_sin, side, (doubt > tolerance) | ~known)


def _blocks(x: Tensor, y: Tensor, scale: float, tolerance: float) -> Iterator[_Block]:
    fast = x.dtype == torch.float32 and tolerance >= _FLOAT32_TOLERANCE
    height = max(1, _BLOCK_PAIRS // max(1, len(y)))
    for start in range(0, len(x), height):
        rows = slice(start, start + height)
        block = _block(x, y, rows, scale, tolerance, torch.float32 if fast else torch.float64)
        if fast and block.close.sum() > _FEW * block.close.numel():
            block = _block(x, y, rows, scale, tolerance, torch.float64)
        yield block


def _single_pairs(block: _Block, same: bool) -> Iterator[tuple[Tensor, Tensor]]:
    """The close pairs as indices into the rows of the block and into y; without those of a point and itself."""
    pairs = block.close.nonzero()
    if same:
        pairs = pairs[pairs[:, 0] + block.rows.start != pairs[:, 1]]
    if len(pairs):
        yield from ((part[:, 0], part[:, 1]) for part in pairs.split(max(1, _BLOCK_COMPONENTS // block.x.shape[-1])))


class _Pairwise(torch.autograd.Function):
    """d(x_i, y_j) for x (B, N, D) and y (B, M, D); `same` says that y is x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, scale: float, tolerance: float, same: bool) -> Tensor:
        ctx.save_for_backward(x, y)
        ctx.scale, ctx.tolerance, ctx.same = scale, tolerance, same
        result = x.new_empty(len(x), x.shape[1], y.shape[1])
        for out, xs, ys in zip(result, x, y, strict=True):
            for block in _blocks(xs, ys, scale, tolerance):
                delta = block.side.delta.masked_fill(block.close, 0)
                for i, j in _single_pairs(block, same):
                    delta[i, j] = solve(xs[block.rows][i], ys[j], scale).side.delta
                out[block.rows] = delta / scale
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, y = ctx.saved_tensors
        # Often only one of the sets needs a gradient, and the other is much larger.
        needed = ctx.needs_input_grad
        grads = [torch.zeros_like(z) if needed[i] else None for i, z in enumerate((x, y))]
        for index, (xs, ys, gs) in enumerate(zip(x, y, grad, strict=True)):
            to_x, to_y = (None if each is None else each[index] for each in grads)
            sum_x, sum_y = (torch.zeros_like(each, dtype=torch.float64) for each in (xs, ys))
            for block in _blocks(xs, ys, ctx.scale, ctx.tolerance):
                g = to_float64(gs[block.rows])
                far = g.masked_fill(block.close, 0)
                half_cos = ((1 + block.cos) / 2).sqrt()
                slope = slopes(block.a, block.b, block.a - block.b, half_cos, block.side)
                sin = 2 * block.half_sin * half_cos
                if to_x is not None:
                    across = far * over(slope.pull_x, sin)
                    along = (far * slope.out_x + across * block.cos).sum(dim=1)[:, None]
                    sum_x[block.rows] = _combined(along, across, block.x, block.y, block.x_radius, block.y_radius)
                if to_y is not None:
                    across = far * over(slope.pull_y, sin)
                    along = (far * slope.out_y + across * block.cos).sum(dim=0)[:, None]
                    sum_y += _combined(along, across.T, block.y, block.x, block.y_radius[:, None], block.x_radius[:, 0])
                for i, j in _single_pairs(block, ctx.same):
                    by_x, by_y = distance_gradients(xs[block.rows][i], ys[j], ctx.scale)
                    if to_x is not None:
                        sum_x[block.rows].index_add_(0, i, g[i, j][:, None] * by_x)
                    if to_y is not None:
                        sum_y.index_add_(0, j, g[i, j][:, None] * by_y)
            for found, total in ((to_x, sum_x), (to_y, sum_y)):
                if found is not None:
                    found.copy_(total)
        return *grads, None, None, None


def _combined(
    along: Tensor, across: Tensor, own: Tensor, others: Tensor, own_radius: Tensor, other_radius: Tensor
) -> Tensor:
    """along·(unit of own) − across @ (units of others), for along (n, 1), across (n, m), own (n, D), others (m, D)."""
    drop = over(across, other_radius).to(others) @ others
    return over(along, own_radius) * own - drop.double()


def pairwise_distance(
    u: Tensor, v: Tensor | None = None, curvature: Curvature = -1.0, tolerance: float | None = None
) -> Tensor:
    """Geodesic distances of every point of one set to every point of another.

    Args:
        u: (…, N, D) float32 or float64.
        v: (…, M, D), its batch dimensions broadcast against those of u; None for u itself.
        curvature: K < 0.
        tolerance: largest relative error of sinh²(√|K|·d/2), > 0; from 1e-5 on, float32 points are computed faster.
            None takes what is said below.

    Returns:
        (…, N, M) distances ≥ 0. Without a tolerance, the relative error is about 1e-14 in float64 and one rounding in
        float32; for near pairs it is that of `distance`. Differentiable once, with gradient 0 at coincident points. The
        memory needed besides the result does not grow with N·M·D.

    Raises:
        HDDError: curvature is not a finite number below 0.

    >>> pairwise_distance(torch.tensor([[0.0, 0.0], [1.0, 0.0]]), torch.tensor([[3.0, 0.0]]))
    tensor([[3.],
            [2.]])
    """
    scale = curvature_scale(curvature)
    same, v = v is None, u if v is None else v
    batch = torch.broadcast_shapes(u.shape[:-2], v.shape[:-2])
    x, y = (z.expand(*batch, *z.shape[-2:]).reshape(-1, *z.shape[-2:]) for z in common_dtype(u, v))
    tolerance = _TOLERANCE.get(x.dtype, _TOLERANCE_ROUNDED) if tolerance is None else tolerance
    return _Pairwise.apply(x, y, scale, tolerance, same).reshape(*batch, u.shape[-2], v.shape[-2]).to(u.device)
