"""Energy distance (Székely & Rizzo 2013) with hyperbolic distances.

Hyperbolic space is of negative type, so it is 0 only for equal distributions (Lyons 2014, "Hyperbolic space has strong
negative type").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdd.objectives.kernel import KernelDiscrepancy

if TYPE_CHECKING:
    from torch import Tensor


class Energy(KernelDiscrepancy):
    """λ times the hyperbolic energy distance 2·E d(X, Y) − E d(X, X′) − E d(Y, Y′)."""

    def kernel(self, distances: Tensor, length: Tensor) -> Tensor:
        """−d; the length does not matter."""
        return -distances
