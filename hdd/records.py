"""What a run records. Free of torch, so that viewers can read it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

CLASS_METRICS = (
    "loss",
    "centroid_distance",
    "gradient_norm",
    "real_clamped",
    "synthetic_clamped",
    "real_radius_q10",
    "real_radius_q50",
    "real_radius_q90",
    "synthetic_radius_q10",
    "synthetic_radius_q50",
    "synthetic_radius_q90",
)
"""Columns of `StepRecord.classes`.

loss: of the objective. centroid_distance: between the Lorentz centroids under the current geometry, whatever the
objective. gradient_norm: mean over the class's images of ‖∂loss/∂image‖. real_clamped, synthetic_clamped: fraction
of features beyond the clamp, 0 without one. radius quantiles: of √|K|·‖scaled feature‖ before the clamp.
"""


@dataclass(frozen=True)
class StepRecord:
    """One finished step.

    Attributes:
        step: number of steps completed, from 1.
        loss: sum of the class losses.
        feature_scale: factor on the features that was in force.
        seconds: that the step took.
        classes: (C, len(CLASS_METRICS)) float32.
    """

    step: int
    loss: float
    feature_scale: float
    seconds: float
    classes: np.ndarray


@dataclass(frozen=True)
class Edit:
    """A request and what became of it; columns of the table `edits` in hdd.runs.schema."""

    id: int
    name: str
    value: Any
    due: int | None
    who: str
    requested: float
    status: str
    step: int | None
    old: Any
    reason: str | None
    decided: float | None


@dataclass(frozen=True)
class EngineStatus:
    """What is known of a run's engine.

    Attributes:
        state: new (never started), starting, queued (it waits for its device), running, paused, stopped, finished,
            failed, or killed (it ended without a word).
        step: steps completed when it last spoke.
        steps_per_second: of the last seconds.
        message: why it failed, or what it is busy with or waits for.
        pid: of the process, 0 before the first start.
        time: when it last spoke, seconds since the epoch.
    """

    state: str
    step: int
    steps_per_second: float
    message: str
    pid: int
    time: float
