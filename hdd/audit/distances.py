"""Nearest rows by Euclidean distance, of many rows at a time."""

import torch
from torch import Tensor

NUMBERS = 2**24
"""How many numbers a block holds; blocks are compared one at a time."""


def nearest(targets: Tensor, rows: Tensor, count: int, divisor: float = 1.0) -> tuple[Tensor, Tensor]:
    """The rows that are nearest to each target.

    Args:
        targets: (M, D) floating point.
        rows: (N, D) of any dtype.
        count: number of neighbours; at most N are returned.
        divisor: rows are divided by it first.

    Returns:
        Distances (M, count) float64 ≥ 0, ascending, and the indices (M, count) of the rows. Which rows are nearest is
        found in the precision of the targets; their distances are exact.
    """
    count = min(count, len(rows))
    best = torch.full((len(targets), 0), 0.0, dtype=targets.dtype)
    found = torch.zeros((len(targets), 0), dtype=torch.int64)
    own = targets.square().sum(dim=1, keepdim=True)
    height = max(1, NUMBERS // max(rows.shape[1], len(targets)))
    for start in range(0, len(rows), height):
        block = rows[start : start + height].to(targets.dtype) / divisor
        squares = own + block.square().sum(dim=1) - 2 * targets @ block.T
        places = torch.arange(start, start + len(block)).expand(len(targets), -1)
        best, found = torch.cat([best, squares], dim=1), torch.cat([found, places], dim=1)
        best, order = best.topk(min(count, best.shape[1]), dim=1, largest=False)
        found = found.gather(1, order)
    pairs = zip(targets.double(), found, strict=True)
    exact = torch.stack([(rows[near].double() / divisor - target).norm(dim=1) for target, near in pairs])
    distances, order = exact.sort(dim=1, stable=True)
    return distances, found.gather(1, order)
