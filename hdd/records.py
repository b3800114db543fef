"""What a run records. This module does not import torch, so that viewers can use it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hdd.states import EditStatus, EngineState


@dataclass(frozen=True)
class StepRecord:
    """The record of one step.

    Attributes:
        step: number of steps completed, starting at 1.
        loss: sum of the losses of the classes.
        feature_scale: the factor on the features that was in force.
        seconds: how long the step took.
        classes: (C, len(columns)) float32.
        columns: names of the columns of `classes`; the method and the objective determine them.
    """

    step: int
    loss: float
    feature_scale: float
    seconds: float
    classes: np.ndarray
    columns: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        """One column of `classes`, (C,) float32; NaN if the step did not record it."""
        if name not in self.columns:
            return np.full(len(self.classes), np.nan, np.float32)
        return self.classes[:, self.columns.index(name)]


@dataclass(frozen=True)
class Edit:
    """A request and what became of it.

    The attributes are the columns of the table `edits` in hdd.runs.schema, and `note`, which says why it was made.
    """

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
    note: str | None = None

    @property
    def applied_at(self) -> int:
        """The step of an edit that was applied: it acts from the next one on."""
        assert self.step is not None, f"{self} was not applied"
        return self.step


@dataclass(frozen=True)
class EngineStatus:
    """What is known about a run's engine.

    Attributes:
        state: what it is doing, or how it ended.
        step: steps completed when it last wrote its status.
        steps_per_second: its recent speed.
        message: why it failed, or what it is doing or waiting for.
        pid: its process number; 0 before the first start.
        time: when it last wrote its status, in seconds since the epoch.
    """

    state: EngineState
    step: int
    steps_per_second: float
    message: str
    pid: int
    time: float
