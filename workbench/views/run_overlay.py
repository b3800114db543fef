"""The losses of another run, drawn over those of the run that is shown."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hdd.errors import HDDError
from hdd.runs.run import Run
from workbench.core.curve_buckets import CurveBuckets
from workbench.core.run_reading import RECORDS_AT_A_TIME


@dataclass(frozen=True)
class Overlay:
    """The loss curve of another run.

    Attributes:
        name: of the run.
        step, loss: (n,), the points of the curve.
    """

    name: str
    step: np.ndarray
    loss: np.ndarray


def read_overlay(path: Path) -> Overlay | None:
    """The losses of the run in `path`, as a few hundred points at most; None if it cannot be read."""
    try:
        run = Run(path)
    except HDDError:
        return None
    step, buckets = run.step, CurveBuckets(len(run.classes))
    for start in range(0, step, RECORDS_AT_A_TIME):
        for record in run.metrics(after=start, until=start + RECORDS_AT_A_TIME):
            buckets.add(record)
    run.close()
    columns = buckets.columns()
    return Overlay(path.name, columns["step"], columns["loss"])
