"""The columns that Bokeh draws points of the hyperbolic plane from."""

import math
from typing import Any

import numpy as np

FEW_POINTS = 500
"""Up to this many points are sent as lists, which all fit in one message; Bokeh sends two messages for each array."""


def place_points(points: np.ndarray, chart: str, rim: float) -> dict[str, Any]:
    """The columns of points (n, 2): tangent vectors hx, hy, and the place x, y where an unmoved disk draws them."""
    points = np.asarray(points, float).reshape(-1, 2)
    radius = np.hypot(points[:, 0], points[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.full_like(radius, 1 / rim) if chart == "linear" else np.tanh(radius / 2) / radius
    factor = np.where(radius == 0, 0.5, factor)
    drawn = points * factor[:, None]
    columns = {"hx": points[:, 0], "hy": points[:, 1], "x": drawn[:, 0], "y": drawn[:, 1]}
    return {name: column.tolist() for name, column in columns.items()} if len(points) <= FEW_POINTS else columns


def join_with_gaps(paths: np.ndarray) -> np.ndarray:
    """Joins paths (n, samples, 2) into one line with a gap after each."""
    gaps = np.full((len(paths), 1, 2), np.nan)
    return np.concatenate([paths, gaps], axis=1).reshape(-1, 2)


def round_up(value: float) -> float:
    """Rounds `value` up to 1, 2 or 5 times a power of ten."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= value * 0.999)
