"""What all formulas of the package share: checks, precision, and even functions that are smooth at zero.

Everything is computed in float64 and returned in the precision (and on the device) of the input.
"""

import functools
import math
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from hdd.errors import InvalidInputError

Curvature = float | Tensor


def curvature_scale(curvature: Curvature) -> float:
    """√|K| of a curvature K, a float or a 0-d tensor (through which no gradient is passed).

    Raises:
        HDDError: K is not a finite number below 0.
    """
    value = float(curvature)
    if not -math.inf < value < 0:
        raise InvalidInputError(f"curvature must be a finite number below 0, not {value:g}.")
    return math.sqrt(-value)


def on_capable_device(x: Tensor) -> Tensor:
    """The tensor itself, or a copy on the CPU if its device has no float64 (MPS)."""
    return x.cpu() if x.device.type == "mps" else x


def to_float64(x: Tensor) -> Tensor:
    """The tensor in float64, on a device that has it."""
    return on_capable_device(x).double()


def common_dtype(*tensors: Tensor) -> list[Tensor]:
    """The tensors in the widest of their dtypes, on a device that has float64."""
    dtype = functools.reduce(torch.promote_types, (tensor.dtype for tensor in tensors))
    return [on_capable_device(tensor).to(dtype) for tensor in tensors]


def over(numerator: Tensor, denominator: Tensor) -> Tensor:
    """numerator / denominator, and 0 with gradient 0 where the denominator is 0."""
    nonzero = denominator != 0
    return torch.where(nonzero, numerator / torch.where(nonzero, denominator, 1), 0)


def norm(x: Tensor) -> Tensor:
    """Length of vectors (…, D) → (…), with gradient 0 at the zero vector."""
    return torch.linalg.vector_norm(x, dim=-1)


def radius_rest(x: Tensor, curvature: Curvature) -> Tensor:
    """The rounding error √|K|·|x| − `curvature_scale(curvature) * norm(x)`, for float64 vectors (…, D) → (…).

    e^a needs more digits of a than float64 holds: at a = 40, half a unit in the last place is 4e-15.
    """
    scale, radius = curvature_scale(curvature), norm(x)
    exact = Fraction(scale)
    scale_rest = float((-Fraction(float(curvature)) - exact * exact) / (2 * exact))
    # Parts of 24 and 29 bits, whose products are exact in float64.
    x1, r1 = x.float().double(), radius.float().double()
    s1 = float(np.float32(scale))
    x2, r2, s2 = x - x1, radius - r1, scale - s1
    # The leading digits of the squares, cut so that their sum is exact, and the rest that was cut off.
    square = x1 * x1
    cut = 2 * x.shape[-1] * square.amax(dim=-1, keepdim=True)
    cut = torch.exp2(torch.ceil(torch.log2(cut)))
    leading = (cut + square) - cut
    lower = (square - leading) + (x1 + x) * x2
    rest = (leading.sum(dim=-1) - r1 * r1) - (r1 + radius) * r2 + lower.sum(dim=-1)
    product_rest = ((s1 * r1 - scale * radius) + s1 * r2 + s2 * r1) + s2 * r2
    return scale * over(rest, 2 * radius) + product_rest + scale_rest * radius


def log_sinh(x: Tensor) -> Tensor:
    """ln sinh x for x ≥ 0 of any size; −∞ at 0."""
    return x + torch.log(-torch.expm1(-2 * x) / 2)


def _series(square: Tensor, coefficients: list[float]) -> Tensor:
    total = torch.full_like(square, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * square + coefficient
    return total


# Below these arguments a power series is used, because there the quotient rule for g(x)/x loses digits as 1/x.
_SERIES_BELOW = 0.5
_ATANH_SERIES_BELOW = 0.1
_SINHC = [1 / math.factorial(2 * j + 1) for j in range(9)]
_ATANHC = [1 / (2 * j + 1) for j in range(9)]
_ASINHC_TERMS = 24
_ASINHC = [
    (-1) ** j * math.factorial(2 * j) / (4**j * math.factorial(j) ** 2 * (2 * j + 1)) for j in range(_ASINHC_TERMS)
]


def sinhc(x: Tensor, shift: Tensor | float = 0.0) -> Tensor:
    """e^{−shift}·sinh(x)/x for x ≥ 0, without overflow where x − shift has none."""
    small = x < _SERIES_BELOW
    large = torch.where(small, 1, x)
    shift = torch.as_tensor(shift, dtype=x.dtype, device=x.device)
    return torch.where(
        small,
        _series(torch.where(small, x, 0).square(), _SINHC) * torch.exp(-shift),
        -torch.exp(large - shift) * torch.expm1(-2 * large) / (2 * large),
    )


def asinhc(x: Tensor) -> Tensor:
    """asinh(x)/x for x ≥ 0."""
    small = x < _SERIES_BELOW
    large = torch.where(small, 1, x)
    return torch.where(small, _series(torch.where(small, x, 0).square(), _ASINHC), torch.asinh(large) / large)


def atanhc(x: Tensor, complement: Tensor) -> Tensor:
    """atanh(x)/x for 0 ≤ x ≤ 1, given the complement 1 − x, which decides near 1."""
    small = x < _ATANH_SERIES_BELOW
    large = torch.where(small, 0.5, x)
    rest = torch.where(small, 0.5, complement)
    return torch.where(
        small, _series(torch.where(small, x, 0).square(), _ATANHC), torch.log1p(2 * large / rest) / (2 * large)
    )


def tanhc(x: Tensor) -> Tensor:
    """tanh(x)/x for x ≥ 0."""
    small = x < _SERIES_BELOW
    large = torch.where(small, 1, x)
    low = torch.where(small, x, 0)
    return torch.where(small, sinhc(low) / torch.cosh(low), torch.tanh(large) / large)
