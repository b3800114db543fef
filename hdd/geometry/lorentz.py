"""First working version; being refined."""

import torch
from torch import Tensor


def distance(u: Tensor, v: Tensor, curvature: float = -1.0) -> Tensor:
    """Geodesic distance between tangent vectors (…, D) at the origin → (…)."""
    k = (-curvature) ** 0.5
    x, y = torch.broadcast_tensors(u.double(), v.double())
    tiny = 1e-150
    r1, r2 = (((z * z).sum(-1) + tiny).sqrt() for z in (x, y))
    w, m = x - y, x + y
    gap = (w * m).sum(-1) / (r1 + r2)
    chord = (w * (r1 + r2)[..., None] - m * gap[..., None]) / (2 * r1 * r2)[..., None]
    s2 = (chord * chord).sum(-1) / 4
    half = torch.sqrt(torch.sinh(k * gap / 2) ** 2 + torch.sinh(k * r1) * torch.sinh(k * r2) * s2 + 1e-300)
    return (2 * torch.asinh(half) / k).to(u.dtype)


def centroid(u: Tensor, weights: Tensor | None = None, curvature: float = -1.0, kind: str = "closed") -> Tensor:
    """Centroid (…, N, D) → (…, D): the ambient mean put back on the hyperboloid."""
    k = (-curvature) ** 0.5
    x = u.double() * k
    a = ((x * x).sum(-1) + 1e-150).sqrt()
    w = torch.ones_like(a) if weights is None else weights.double()
    unit = x / a[..., None]
    top = a.detach().amax(-1, keepdim=True)
    space = ((w * (torch.exp(a - top) - torch.exp(-a - top)) / 2)[..., None] * unit).sum(-2)
    size = ((space * space).sum(-1, keepdim=True) + 1e-150).sqrt()
    direction = space / size
    s2 = ((unit - direction[..., None, :]) ** 2).sum(-1) / 4
    rest = (w * (torch.exp(-a - top) + (torch.exp(a - top) - torch.exp(-a - top)) * s2)).sum(-1, keepdim=True)
    return (direction * 0.5 * torch.log1p(2 * size / rest) / k).to(u.dtype)
