"""Where points of the hyperbolic plane are drawn, as columns for Bokeh."""

import math

import numpy as np

FEW = 500
"""Points whose columns go as lists, all in one message: Bokeh sends each array as two messages of its own."""


def place_points(points: np.ndarray, chart: str, rim: float) -> dict[str, np.ndarray]:
    """Columns of points (n, 2): tangent vectors hx, hy, and where they are drawn while the disk was not moved."""
    points = np.asarray(points, float).reshape(-1, 2)
    radius = np.hypot(points[:, 0], points[:, 1])
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.full_like(radius, 1 / rim) if chart == "linear" else np.tanh(radius / 2) / radius
    factor = np.where(radius == 0, 0.5, factor)
    drawn = points * factor[:, None]
    columns = {"hx": points[:, 0], "hy": points[:, 1], "x": drawn[:, 0], "y": drawn[:, 1]}
    return {name: column.tolist() for name, column in columns.items()} if len(points) <= FEW else columns


def join_with_gaps(paths: np.ndarray) -> np.ndarray:
    """Paths (n, samples, 2) as one line with gaps."""
    gaps = np.full((len(paths), 1, 2), np.nan)
    return np.concatenate([paths, gaps], axis=1).reshape(-1, 2)


def round_up(value: float) -> float:
    """The round number, 1, 2 or 5 times a power of ten, that is next above `value`."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= value * 0.999)
