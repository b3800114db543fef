"""Exact answers in mpmath, from formulas other than the library's, on the very floats that the library is given.

Differences cancel by up to e^(4·radius), so the working precision is 60 digits of result on top of that.
"""

import mpmath as mp
import torch

DIGITS = 60


def _digits(*radii):
    return DIGITS + int(2 * float(sum(radii))) + 60


def _vector(x):
    return [mp.mpf(float(value)) for value in x]


def _dot(x, y):
    return mp.fsum(p * q for p, q in zip(x, y, strict=True))


def distance(u, v, curvature):
    """acosh form of the distance of two points."""
    scale = mp.sqrt(-mp.mpf(curvature))
    with mp.workdps(_digits(scale * u.norm().item(), scale * v.norm().item())):
        scale = mp.sqrt(-mp.mpf(curvature))
        u, v = _vector(u), _vector(v)
        if u == v:
            return mp.mpf(0)
        a, b = mp.sqrt(_dot(u, u)), mp.sqrt(_dot(v, v))
        if a == 0 or b == 0:
            return a + b
        cosh = mp.cosh(scale * a) * mp.cosh(scale * b)
        return mp.acosh(cosh - mp.sinh(scale * a) * mp.sinh(scale * b) * _dot(u, v) / (a * b)) / scale


def distance_gradient(u, v, curvature):
    """Gradient of the distance by u, from the derivative of the law of cosines; neither point at the origin."""
    scale = mp.sqrt(-mp.mpf(curvature))
    with mp.workdps(_digits(scale * u.norm().item(), scale * v.norm().item())):
        scale = mp.sqrt(-mp.mpf(curvature))
        u, v = _vector(u), _vector(v)
        a, b = mp.sqrt(_dot(u, u)), mp.sqrt(_dot(v, v))
        p, q = [x / a for x in u], [x / b for x in v]
        cos = _dot(p, q)
        a, b = scale * a, scale * b
        cosh = mp.cosh(a) * mp.cosh(b) - mp.sinh(a) * mp.sinh(b) * cos
        sinh = mp.sqrt(cosh**2 - 1)
        along = (mp.sinh(a) * mp.cosh(b) - mp.cosh(a) * mp.sinh(b) * cos) / sinh
        across = mp.sinh(a) * mp.sinh(b) / (a * sinh)
        return [along * x - across * (y - cos * x) for x, y in zip(p, q, strict=True)]


def closed_centroid(points, weights, curvature):
    """Ambient mean, brought back to the sheet by division by its Lorentz norm."""
    scale = mp.sqrt(-mp.mpf(curvature))
    with mp.workdps(_digits(2 * scale * points.norm(dim=-1).max().item())):
        scale = mp.sqrt(-mp.mpf(curvature))
        time, space = mp.mpf(0), [mp.mpf(0)] * points.shape[-1]
        for point, weight in zip(points, weights, strict=True):
            point, weight = _vector(point), mp.mpf(float(weight))
            radius = mp.sqrt(_dot(point, point))
            time += weight * mp.cosh(scale * radius)
            factor = weight * (mp.sinh(scale * radius) / radius if radius else scale)
            space = [s + factor * x for s, x in zip(space, point, strict=True)]
        length = mp.sqrt(_dot(space, space))
        if length == 0:
            return space
        radius = mp.asinh(length / mp.sqrt(time**2 - length**2)) / scale
        return [radius * s / length for s in space]


def centroid_distance(points, others, curvature):
    """Distance of the closed-form centroids of two sets of points, none of them rounded."""
    scale = mp.sqrt(-mp.mpf(curvature))
    means = [closed_centroid(x, torch.ones(len(x)), curvature) for x in (points, others)]
    with mp.workdps(_digits(2 * scale * points.norm(dim=-1).max().item())):
        a, b = (scale * mp.sqrt(_dot(x, x)) for x in means)
        cos = _dot(*means) * scale**2 / (a * b)
        return mp.acosh(mp.cosh(a) * mp.cosh(b) - mp.sinh(a) * mp.sinh(b) * cos) / scale


def error(result, exact):
    """Relative error of a number, or of a vector in its norm; the absolute error where the exact answer is 0."""
    with mp.workdps(DIGITS):
        if isinstance(exact, list):
            gap = mp.norm([mp.mpf(float(r)) - e for r, e in zip(result, exact, strict=True)])
            size = mp.norm(exact)
        else:
            gap, size = abs(mp.mpf(float(result)) - exact), abs(exact)
        return float(gap / size if size else gap)


def directions(count, dimension, seed):
    """Random unit vectors (count, dimension), float64."""
    x = torch.randn(count, dimension, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return x / x.norm(dim=-1, keepdim=True)
