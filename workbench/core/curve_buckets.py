"""Keeps the records of a run in bounded memory: their means over buckets of steps, and the extremes of the loss."""

from typing import Any

import numpy as np

from hdd.records import StepRecord

BUCKETS = 400
TABLES = ("_count", "_lowest", "_highest", "_loss", "_classes", "_recorded")


class CurveBuckets:
    """Records of any number of steps, in at most `BUCKETS` buckets that all cover the same number of steps.

    Args:
        classes: C, the number of classes of the run.

    Attributes:
        width: number of steps that a bucket covers, a power of two.
        newest: the record that was added last, None before the first.
    """

    def __init__(self, classes: int) -> None:
        self.width = 1
        self.newest: StepRecord | None = None
        self._count = np.zeros(BUCKETS, np.int64)
        self._lowest = np.full(BUCKETS, np.inf)
        self._highest = np.full(BUCKETS, -np.inf)
        self._loss = np.zeros(BUCKETS)
        self._columns: tuple[str, ...] = ()
        self._classes = np.zeros((BUCKETS, classes, 0))
        self._recorded = np.zeros((BUCKETS, 0), np.int64)

    def add(self, record: StepRecord) -> None:
        """Adds the record of a step, which must come after those that were added before."""
        while (record.step - 1) // self.width >= BUCKETS:
            self._widen()
        bucket = (record.step - 1) // self.width
        self._count[bucket] += 1
        self._lowest[bucket] = min(self._lowest[bucket], record.loss)
        self._highest[bucket] = max(self._highest[bucket], record.loss)
        self._loss[bucket] += record.loss
        if record.columns == self._columns:
            self._classes[bucket] += record.classes
            self._recorded[bucket] += 1
        else:
            places = self._places(record.columns)
            self._classes[bucket][:, places] += record.classes
            self._recorded[bucket, places] += 1
        self.newest = record

    def _places(self, columns: tuple[str, ...]) -> list[int]:
        """The places of a record's columns in the tables; columns that no record had before get a new place."""
        new = tuple(name for name in columns if name not in self._columns)
        if new:
            self._columns += new
            self._classes = np.pad(self._classes, ((0, 0), (0, 0), (0, len(new))))
            self._recorded = np.pad(self._recorded, ((0, 0), (0, len(new))))
        return [self._columns.index(name) for name in columns]

    def _widen(self) -> None:
        """Joins neighbouring buckets, which frees the upper half."""
        half = BUCKETS // 2
        pairs = {name: values.reshape(half, 2, *values.shape[1:]) for name, values in self._tables().items()}
        joined = {
            "_count": pairs["_count"].sum(1),
            "_lowest": pairs["_lowest"].min(1),
            "_highest": pairs["_highest"].max(1),
            "_loss": pairs["_loss"].sum(1),
            "_classes": pairs["_classes"].sum(1),
            "_recorded": pairs["_recorded"].sum(1),
        }
        empty = {"_lowest": np.inf, "_highest": -np.inf}
        for name, table in self._tables().items():
            table[:half] = joined[name]
            table[half:] = empty.get(name, 0)
        self.width *= 2

    def _tables(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in TABLES}

    def columns(self) -> dict[str, Any]:
        """The columns to draw; each row is a bucket that has records, ascending.

        Returns:
            step: the last completed step of the bucket. loss, loss_low, loss_high: mean and extremes of the loss.
            classes: for each recorded column its means (rows, C), NaN where no step of the bucket recorded it.
        """
        rows = np.flatnonzero(self._count)
        count = self._count[rows]
        with np.errstate(invalid="ignore"):
            means = self._classes[rows] / self._recorded[rows][:, None]
        last = np.minimum((rows + 1) * self.width, self.newest.step if self.newest else 0)
        return {
            "step": last,
            "loss": self._loss[rows] / count,
            "loss_low": self._lowest[rows],
            "loss_high": self._highest[rows],
            "classes": {name: means[:, :, place] for place, name in enumerate(self._columns)},
        }
