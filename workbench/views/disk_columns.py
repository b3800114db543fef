"""The columns that Bokeh draws points of the hyperbolic plane from."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

FEW_POINTS = 500
"""Up to this many points are sent as lists, which all fit in one message; Bokeh sends two messages for each array."""

PLACES = ("hx", "hy", "ox", "oy", "x", "y")
"""The columns that `Chart.place` gives."""


@dataclass(frozen=True)
class Chart:
    """How the hyperbolic plane is drawn, in one disk or in several.

    Attributes:
        kind: "poincare", or "linear", in which equal distances from the middle are drawn as equal lengths.
        rim: the radius at the edge of a linear chart.
        centres: the middle of each disk in the figure.
        size: the radius of each disk in the figure.
    """

    kind: str = "poincare"
    rim: float = 1.0
    centres: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    size: float = 1.0

    def motion(self) -> dict[str, Any]:
        """The columns from which the browser knows the chart; see disk.js."""
        count = len(self.centres)
        x, y = zip(*self.centres, strict=True)
        return {
            "chart": [self.kind] * count,
            "rim": [self.rim] * count,
            "size": [self.size] * count,
            "x": [*x],
            "y": [*y],
        }

    def place(self, points: np.ndarray, disks: np.ndarray | None = None) -> dict[str, Any]:
        """The columns of points (n, 2): hx, hy as given, the middle ox, oy of their disk, and their unmoved place x, y.

        Args:
            points: tangent vectors at the origin of the plane.
            disks: (n,) the number of each point's disk; None puts all in the first.
        """
        points = np.asarray(points, float).reshape(-1, 2)
        radius = np.hypot(points[:, 0], points[:, 1])
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = np.minimum(radius / self.rim, 1) if self.kind == "linear" else np.tanh(radius / 2)
            factor = np.where(radius == 0, 0, drawn / radius)
        middle = np.array(self.centres)[np.zeros(len(points), int) if disks is None else disks]
        place = middle + self.size * points * factor[:, None]
        columns = {
            "hx": points[:, 0],
            "hy": points[:, 1],
            "ox": middle[:, 0],
            "oy": middle[:, 1],
            "x": place[:, 0],
            "y": place[:, 1],
        }
        return {name: column.tolist() for name, column in columns.items()} if len(points) <= FEW_POINTS else columns


def grid(count: int) -> tuple[tuple[tuple[float, float], ...], float]:
    """The middles of `count` disks in rows within −1…1, the first at the upper left, and their radius."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    step = 2 / columns
    places = [divmod(i, columns) for i in range(count)]
    middles = tuple((step * (column + 0.5) - 1, step * (rows / 2 - row - 0.5)) for row, column in places)
    return middles, 1.0 if count == 1 else 0.46 * step


def join_with_gaps(paths: np.ndarray) -> np.ndarray:
    """Joins paths (n, samples, 2) into one line with a gap after each."""
    gaps = np.full((len(paths), 1, 2), np.nan)
    return np.concatenate([paths, gaps], axis=1).reshape(-1, 2)


def round_up(value: float) -> float:
    """Rounds `value` up to 1, 2 or 5 times a power of ten."""
    unit = 10.0 ** math.floor(math.log10(value))
    return next(step * unit for step in (1, 2, 5, 10) if step * unit >= value * 0.999)
