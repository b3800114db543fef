"""The logarithms of many points at one (conventions: `hdd.geometry.lorentz`).

`translate(u, -centre)` of `hdd.geometry.isometry` is the same and also keeps the digits of points that are very near
the centre compared with their distance from the origin. This is many times faster for many points, because vectors are
added in their own precision and only scalars are computed in float64.
"""

import torch
from torch import Tensor

from hdd.geometry.numerics import Curvature, asinhc, common_dtype, curvature_scale, norm, over, sinhc, to_float64

# Cosine beyond which 1 − cosine is computed from the directions.
_NEAR = 0.99
# Sum of the radii from which hyperbolic functions are scaled down; float64 overflows at 709.
_HUGE = 600.0
# How many times longer than the result a term may be before vectors are added in float64.
_CANCELS = 1e3


def logarithm(u: Tensor, centre: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """The tangent vectors at a centre that lead to points, in its radial frame (see `hdd.geometry.isometry`).

    Args:
        u: (…, N, D) points, √|K|·radius ≤ 700.
        centre: (…, D) the centre of each set, without gradient; √|K|·radius ≤ 700.
        curvature: K < 0.

    Returns:
        (…, N, D) tangent vectors, whose lengths are the distances from the centre. Differentiable in u.

    Raises:
        HDDError: curvature is not a finite number below 0.

    Source: the Lorentz boost that carries the centre to the origin. With a, b = √|K|·radius of centre and point, and
    q = sinh(b)·sin²(θ/2) for the angle θ between them, the image has the space part m = sinh(b − a) − 2·cosh(a)·q along
    the ray of the centre, what the point has across it stays, and S = sinh²(δ/2) = sinh²((a − b)/2) + sinh(a)·q.

    >>> logarithm(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([0.5, 0.0]))
    tensor([[ 1.5000,  0.0000],
            [-0.5000,  0.0000]])
    """
    scale = curvature_scale(curvature)
    points, middle = common_dtype(u, centre.detach())
    middle = to_float64(middle)[..., None, :]
    unit = over(middle, norm(middle)[..., None])
    a = scale * norm(middle)
    dot = to_float64(points @ unit.to(points).mT)[..., 0]
    size = norm(points).double()
    b = scale * size
    shift = (a + b.detach() - _HUGE).clamp(min=0)
    # From here on, everything but δ is multiplied by e^−shift.
    reach = sinhc(b, shift)
    q = reach * (b - scale * dot) / 2
    near = (dot.detach() > _NEAR * size.detach()) & (size.detach() > 0)
    if near.any():
        point, ray = to_float64(points[near]), unit.expand_as(points)[near]
        dot = dot.masked_scatter(near, (point * ray).sum(dim=-1))
        apart = point / norm(point)[:, None] - ray
        q = q.masked_scatter(near, (reach * b)[near] * apart.square().sum(dim=-1) / 4)
    ahead, behind = ((sign * (b - a) - shift) / 2 for sign in (1, -1))
    along = (torch.exp(2 * ahead) - torch.exp(2 * behind)) / 2 - 2 * torch.cosh(a) * q
    square = ((torch.exp(ahead) - torch.exp(behind)) / 2).square() + torch.sinh(a) * q
    delta, factor = _length(square, shift)
    on_point = factor * reach
    on_unit = factor * along / scale - on_point * dot
    if not (scale * on_point.detach() * size.detach() > _CANCELS * (delta.detach() + 1)).any():
        on_point, on_unit = (share.to(points.dtype)[..., None] for share in (on_point, on_unit))
        return torch.addcmul(on_point * points, on_unit, unit.to(points.dtype)).to(u.device)
    result = on_point[..., None] * points + on_unit[..., None] * unit
    # What is left when large terms cancel may be too long.
    excess = over(delta / scale, norm(result)).detach()
    return (result * excess[..., None]).to(u.device, points.dtype)


def _length(square: Tensor, shift: Tensor) -> tuple[Tensor, Tensor]:
    """δ and e^shift·δ/sinh(δ), given e^−shift·sinh²(δ/2); without derivative where δ = 0, since δ/sinh(δ) is even."""
    positive = square > 0
    root = torch.where(positive, torch.where(positive, square, 1).sqrt(), 0)
    ratio = asinhc(root)
    # Where anything is scaled down, sinh(δ) is 2·sinh²(δ/2) to all digits, but for points that no digits tell apart.
    huge = shift > 0
    apart = huge & (square > (torch.exp(-shift) / 4).clamp(min=1e-150))
    large = torch.where(apart, square, 1)
    long = torch.where(apart, torch.log(4 * large) + shift, 0)
    delta = torch.where(huge, long, 2 * ratio * root)
    factor = torch.where(huge, long / (2 * large), ratio / (1 + square).sqrt())
    return delta, factor
