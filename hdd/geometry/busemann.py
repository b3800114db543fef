"""Busemann functions: signed distances to horospheres (conventions: `hdd.geometry.lorentz`)."""

import torch
from torch import Tensor

from hdd.geometry.numerics import Curvature, common_dtype, curvature_scale, norm, sinhc, to_float64

# Cosine beyond which 1 − cosine, which decides how far a point lies in a direction, is computed from the directions.
_NEAR = 0.99


def busemann(u: Tensor, directions: Tensor, curvature: Curvature = -1.0) -> Tensor:
    """The Busemann functions of ideal points: lim d(x, γ(t)) − t along the ray γ from the origin in a direction.

    Args:
        u: (…, N, D) points.
        directions: (L, D) unit vectors, without gradient.
        curvature: K < 0.

    Returns:
        (…, N, L) values in [−r, r] for points at distance r from the origin: −r in the direction itself. Differentiable
        once in u; nothing overflows at any radius.

    Raises:
        HDDError: curvature is not a finite number below 0.

    Source: log(−√|K|·⟨x, O + v⟩_L)/√|K| for x on the Lorentz sheet (Bonet et al. 2023, prop. 2, for K = −1), which is
    r + log(sin²(θ/2) + e^{−2r}·cos²(θ/2)) for the angle θ between point and direction.

    >>> busemann(torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([[1.0, 0.0], [-1.0, 0.0]]))
    tensor([[-2.,  2.],
            [ 0.,  0.]])
    """
    scale = curvature_scale(curvature)
    points, towards = common_dtype(u, directions)
    dot = to_float64(points @ towards.T)
    size = norm(points).double()
    radius = (scale * size)[..., None]
    decay = torch.exp(-2 * radius)
    share = (1 + decay) / 2 - sinhc(radius, radius) * scale * dot
    near = (dot.detach() > _NEAR * size.detach()[..., None]) & (radius.detach() > 1)
    if near.any():
        *place, towards_index = near.nonzero(as_tuple=True)
        point, towards = to_float64(points[tuple(place)]), to_float64(towards)[towards_index]
        square = (point / norm(point)[:, None] - towards / norm(towards)[:, None]).square().sum(dim=-1) / 4
        share = share.masked_scatter(near, square + decay.expand_as(near)[near] * (1 - square))
    return ((radius + share.log()) / scale).to(u.device, points.dtype)
