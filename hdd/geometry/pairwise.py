"""All distances between two sets of points (conventions: `hdd.geometry.lorentz`).

Angles come from one matrix product, which is exact up to one rounding of the cosine. If that is not enough, because two
points are near each other compared with their distance from the origin, the pair is computed again on its own.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from hdd.geometry.lorentz import distance_gradients
from hdd.geometry.numerics import Curvature, common_dtype, curvature_scale, log_sinh, norm, over, to_float64
from hdd.geometry.triangle import Side, slopes, solve, third_side

# Scalars of one block of pairs, and vector components of one batch of single pairs, that are in memory at once.
_BLOCK_PAIRS = 1 << 19
_BLOCK_COMPONENTS = 1 << 21
# Largest relative error accepted from the matrix product; float32 results are rounded by 6e-8 anyway.
_TOLERANCE = {torch.float64: 1e-14}
_TOLERANCE_ROUNDED = 1e-8


class _Block(NamedTuple):
    """Pairs of some rows of x (n, D) with all of y (M, D): scalars (n, M)."""

    rows: slice
    x_unit: Tensor
    y_unit: Tensor
    a: Tensor
    b: Tensor
    cos: Tensor
    half_sin: Tensor
    side: Side
    close: Tensor
    """Pairs for which the matrix product is not exact enough."""


def _blocks(x: Tensor, y: Tensor, scale: float) -> Iterator[_Block]:
    tolerance = _TOLERANCE.get(x.dtype, _TOLERANCE_ROUNDED)
    y64 = to_float64(y)
    y_radius = scale * norm(y64)
    y_unit = over(y64, norm(y64)[:, None])
    height = max(1, _BLOCK_PAIRS // max(1, len(y)))
    for start in range(0, len(x), height):
        rows = slice(start, start + height)
        x64 = to_float64(x[rows])
        x_radius = scale * norm(x64)
        x_unit = over(x64, norm(x64)[:, None])
        cos = (x_unit @ y_unit.T).clamp(-1, 1)
        half_sin = ((1 - cos) / 2).sqrt()
        a, b = torch.broadcast_tensors(x_radius[:, None], y_radius)
        gap = a - b
        side = third_side(a, b, gap, half_sin)
        # How much a rounding of the cosine, and one of the gap, changes sinh²(δ/2).
        of_cos = torch.exp(log_sinh(x_radius)[:, None] + log_sinh(y_radius) - 2 * log_sinh(side.delta / 2))
        of_gap = over(side.radial.square() * (a + b), torch.tanh(gap.abs() / 2))
        doubt = torch.finfo(torch.float64).eps * (of_cos + of_gap)
        close = (doubt > tolerance) | (a == 0) | (b == 0)
        yield _Block(rows, x_unit, y_unit, a, b, cos, half_sin, side, close)


def _single_pairs(close: Tensor, dimension: int) -> Iterator[tuple[Tensor, Tensor]]:
    yield from ((pairs[:, 0], pairs[:, 1]) for pairs in close.nonzero().split(max(1, _BLOCK_COMPONENTS // dimension)))


class _Pairwise(torch.autograd.Function):
    """d(x_i, y_j) for x (B, N, D) and y (B, M, D)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, scale: float) -> Tensor:
        ctx.save_for_backward(x, y)
        ctx.scale = scale
        result = x.new_empty(len(x), x.shape[1], y.shape[1])
        for out, xs, ys in zip(result, x, y, strict=True):
            for block in _blocks(xs, ys, scale):
                delta = block.side.delta
                for i, j in _single_pairs(block.close, xs.shape[-1]):
                    delta[i, j] = solve(xs[block.rows][i], ys[j], scale).side.delta
                out[block.rows] = delta / scale
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        x, y = ctx.saved_tensors
        grad_x, grad_y = torch.zeros_like(x), torch.zeros_like(y)
        for to_x, to_y, xs, ys, gs in zip(grad_x, grad_y, x, y, grad, strict=True):
            sum_y = torch.zeros_like(to_float64(ys))
            for block in _blocks(xs, ys, ctx.scale):
                g = to_float64(gs[block.rows])
                far = g.masked_fill(block.close, 0)
                half_cos = ((1 + block.cos) / 2).sqrt()
                slope = slopes(block.a, block.b, block.a - block.b, half_cos, block.side)
                across_x, across_y = (
                    far * over(p, 2 * block.half_sin * half_cos) for p in (slope.pull_x, slope.pull_y)
                )
                along_x = (far * slope.out_x + across_x * block.cos).sum(dim=1)[:, None]
                along_y = (far * slope.out_y + across_y * block.cos).sum(dim=0)[:, None]
                sum_x = along_x * block.x_unit - across_x @ block.y_unit
                sum_y += along_y * block.y_unit - across_y.T @ block.x_unit
                for i, j in _single_pairs(block.close, xs.shape[-1]):
                    by_x, by_y = distance_gradients(xs[block.rows][i], ys[j], ctx.scale)
                    sum_x.index_add_(0, i, g[i, j][:, None] * by_x)
                    sum_y.index_add_(0, j, g[i, j][:, None] * by_y)
                to_x[block.rows] = sum_x.to(x)
            to_y.copy_(sum_y)
        return grad_x, grad_y, None


def pairwise_distance(u: Tensor, v: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """Geodesic distances of every point of one set to every point of another.

    Args:
        u: (…, N, D) float32 or float64.
        v: (…, M, D), its batch dimensions broadcast against those of u.
        curvature: K < 0.

    Returns:
        (…, N, M) distances ≥ 0. The relative error is about 1e-14 in float64 and one rounding in float32; for near
        pairs it is that of `distance`. Differentiable once, with gradient 0 at coincident points. The memory needed
        besides the result does not grow with N·M·D.

    Raises:
        HDDError: curvature is not a finite number below 0.

    >>> pairwise_distance(torch.tensor([[0.0, 0.0], [1.0, 0.0]]), torch.tensor([[3.0, 0.0]]))
    tensor([[3.],
            [2.]])
    """
    scale = curvature_scale(curvature)
    batch = torch.broadcast_shapes(u.shape[:-2], v.shape[:-2])
    x, y = (z.expand(*batch, *z.shape[-2:]).reshape(-1, *z.shape[-2:]) for z in common_dtype(u, v))
    return _Pairwise.apply(x, y, scale).reshape(*batch, u.shape[-2], v.shape[-2]).to(u.device)
