"""What a run records. Free of torch, so that viewers can read it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hdd.states import EditStatus, EngineState


@dataclass(frozen=True)
class StepRecord:
    """One finished step.

    Attributes:
        step: number of steps completed, from 1.
        loss: sum of the class losses.
        feature_scale: factor on the features that was in force.
        seconds: that the step took.
        classes: (C, len(columns)) float32.
        columns: names of the columns of `classes`; which they are is up to the method and the objective.
    """

    step: int
    loss: float
    feature_scale: float
    seconds: float
    classes: np.ndarray
    columns: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        """One column of `classes`, (C,) float32; NaN where the step did not record it."""
        if name not in self.columns:
            return np.full(len(self.classes), np.nan, np.float32)
        return self.classes[:, self.columns.index(name)]


@dataclass(frozen=True)
class Edit:
    """A request and what became of it; columns of the table `edits` in hdd.runs.schema."""

    id: int
    name: str
    value: Any
    due: int | None
    who: str
    requested: float
    status: EditStatus
    step: int | None
    old: Any
    reason: str | None
    decided: float | None

    @property
    def applied_at(self) -> int:
        """The step of an edit that was applied: it acts from the next one on."""
        assert self.step is not None, f"{self} was not applied"
        return self.step


@dataclass(frozen=True)
class EngineStatus:
    """What is known of a run's engine.

    Attributes:
        state: what it does, or how it ended.
        step: steps completed when it last spoke.
        steps_per_second: of the last seconds.
        message: why it failed, or what it is busy with or waits for.
        pid: of the process, 0 before the first start.
        time: when it last spoke, seconds since the epoch.
    """

    state: EngineState
    step: int
    steps_per_second: float
    message: str
    pid: int
    time: float
