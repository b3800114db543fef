"""Means over seeds, and intervals of them. Imports SciPy only where it is needed, since that takes a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

LEVEL = 0.95
"""How often an interval of `Sample` holds the true mean, if the values are normally distributed."""


@dataclass(frozen=True)
class Sample:
    """Values of seeds: accuracies, or differences of accuracies, as fractions."""

    values: tuple[float, ...]

    @property
    def n(self) -> int:
        """Number of seeds."""
        return len(self.values)

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return fmean(self.values)

    @property
    def sd(self) -> float | None:
        """Standard deviation over the seeds (n − 1 in the denominator); None for one seed, which has none."""
        return stdev(self.values) if self.n > 1 else None

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval of the mean, by Student's t distribution with n − 1; None for one seed."""
        if self.sd is None:
            return None
        from scipy.special import stdtrit

        return float(stdtrit(self.n - 1, (1 + LEVEL) / 2)) * self.sd / sqrt(self.n)

    def as_dict(self) -> dict[str, object]:
        """Values and figures, JSON-compatible."""
        half = self.half_width
        interval = None if half is None else [self.mean - half, self.mean + half]
        return {"n": self.n, "mean": self.mean, "sd": self.sd, "interval": interval, "values": [*self.values]}


def paired(one: Sequence[tuple[int, float]], other: Sequence[tuple[int, float]]) -> Sample | None:
    """The differences of two lists of (seed, value), for the seeds that both have; None if there are none."""
    theirs = dict(other)
    values = tuple(value - theirs[seed] for seed, value in one if seed in theirs)
    return Sample(values) if values else None
