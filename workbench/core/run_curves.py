"""What the curves of a run are made of, and how they are smoothed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hdd.protocol import comparable
from hdd.records import Edit
from hdd.runs.overview import Accuracy
from hdd.settings import Settings
from workbench.core.comparable import curvature_at
from workbench.core.curve_buckets import BUCKETS

GAP = "centroid_distance"
"""The column of the metrics that holds the centroid gap."""


@dataclass(frozen=True, eq=False)
class RunCurves:
    """The curves of one run.

    Attributes:
        name: of the run.
        columns: as returned by `CurveBuckets.columns`.
        evaluations: as returned by `Run.evaluations`.
        edits: the applied changes of knobs, in the order in which they took effect.
        initial: the settings that it started with.
    """

    name: str
    columns: Mapping[str, Any]
    evaluations: Sequence[dict[str, Any]]
    edits: Sequence[Edit]
    initial: Settings

    @property
    def settings(self) -> Settings:
        """The settings after the edits."""
        return self.initial.as_steered({edit.name: edit.value for edit in self.edits})

    @property
    def step(self) -> np.ndarray:
        """The steps of the points, (n,)."""
        return self.columns["step"]

    @property
    def newest(self) -> int:
        """The last step; 0 before the first."""
        return int(self.step[-1]) if len(self.step) else 0

    def by_class(self, column: str) -> np.ndarray:
        """The values (n, C) of a column of the metrics; NaN where the run did not record it.

        The centroid gap is in units of 1/√|K|, as on the disk, so that steps under different K can be compared.
        """
        values: np.ndarray = self.columns["classes"].get(column, np.full((len(self.step), 1), np.nan))
        if column == GAP:
            values = values * np.sqrt(-curvature_at(self.step, self.edits, self.initial.curvature))[:, None]
        return values

    def mean(self, column: str) -> np.ndarray:
        """The mean over the classes of a column, (n,)."""
        return self.by_class(column).mean(1)

    def accuracies(self, like: Mapping[str, Any] | None = None) -> list[Accuracy]:
        """The evaluations of its images under one protocol, in figures; `like` is as in `hdd.protocol.comparable`."""
        return [Accuracy.of(evaluation) for evaluation in comparable(self.evaluations, like)]


def smooth(values: np.ndarray, step: np.ndarray, weight: float, span: float) -> np.ndarray:
    """The exponential moving average of curves, corrected for its start.

    Curves with points at different steps are smoothed alike, because the average fades with the steps between two
    points, and not with the number of points.

    Args:
        values: (n,) or (n, curves); NaN are left out of the average and stay NaN.
        step: (n,) ascending.
        weight: 0 ≤ weight < 1 of the average so far, against a point that comes `span` / `BUCKETS` steps later.
        span: number of steps of the longest curve in the figure.
    """
    if weight == 0 or len(values) == 0:
        return values
    fading = weight ** (np.diff(step, prepend=step[0] - 1) * BUCKETS / max(span, BUCKETS))
    found = np.full(values.shape, np.nan)
    total, norm = np.zeros(values.shape[1:]), np.zeros(values.shape[1:])
    for place, (point, fade) in enumerate(zip(values, fading, strict=True)):
        there = np.isfinite(point)
        total = fade * total + (1 - fade) * np.where(there, point, 0)
        norm = fade * norm + (1 - fade) * there
        found[place] = np.where(there, total / np.where(norm > 0, norm, 1), np.nan)
    return found


def finite_range(curves: Sequence[tuple[np.ndarray, np.ndarray]], start: float, end: float) -> tuple[float, float]:
    """The lowest and highest value of curves (step, values) at the steps from `start` to `end`; (0, 1) without any."""
    values = [np.ravel(values[(step >= start) & (step <= end)]) for step, values in curves]
    found = np.concatenate([*values, np.zeros(0)])
    found = found[np.isfinite(found)]
    return (float(found.min()), float(found.max())) if found.size else (0.0, 1.0)
