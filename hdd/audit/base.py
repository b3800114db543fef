"""What a metric of the audit measures, and what it says of single images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binomtest

from hdd.sets.preflight import Severity

if TYPE_CHECKING:
    from hdd.audit.subject import Subject


@dataclass(frozen=True)
class Issue:
    """Something about one image that should be looked into.

    Attributes:
        image: its index in the set, as `Subject.synthetic` has it.
        severity: how much it matters.
        beyond: how far it is beyond what is normal, ≥ 1; orders the issues of one severity.
        words: a sentence for users.
        real: the index of the training image that shows it; None if none does.
        other: the index of another image of the set that shows it; None if none does.
    """

    image: int
    severity: Severity
    beyond: float
    words: str
    real: int | None = None
    other: int | None = None


@dataclass(frozen=True, eq=False)
class Measure:
    """A figure of a set.

    Attributes:
        name: of the figure, unique among all metrics.
        value: of the whole set; None if it cannot be measured here, and `words` says why.
        words: a sentence for users.
        unit: of the values; "" for a pure number.
        interval: 95 % interval of `value`, where it rests on a sample; None otherwise.
        control: the same figure of real images that were not used for training, in the place of the set; None if it
            has none.
        per_class: (C,) float64, NaN for a class without images; None if the figure has no meaning for one class.
        per_image: (M,) float64; None if it has no meaning for one image.
        issues: what it says of single images.
    """

    name: str
    value: float | None
    words: str
    unit: str = ""
    interval: tuple[float, float] | None = None
    control: float | None = None
    per_class: np.ndarray | None = None
    per_image: np.ndarray | None = None
    issues: tuple[Issue, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """The figure without its issues, JSON-compatible."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "interval": self.interval,
            "control": self.control,
            "words": self.words,
            "per class": _as_list(self.per_class),
            "per image": _as_list(self.per_image),
        }


def _as_list(values: np.ndarray | None) -> list[float | None] | None:
    return None if values is None else [None if np.isnan(each) else each for each in values.tolist()]


@dataclass(frozen=True)
class Metric:
    """Something that is measured.

    Attributes:
        title: a few words.
        shows: what it can show, and what it cannot: sentences for users.
        source: where it is defined.
        measure: measures it; one metric may give several figures.
        trains: whether it trains networks, which takes minutes, so that it is measured only if it is asked for.
    """

    title: str
    shows: str
    source: str
    measure: Callable[[Subject], list[Measure]]
    trains: bool = False


def by_class(values: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Means (C,) of values (M,) over the images of each class; NaN for a class without images."""
    counts = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, weights=values, minlength=classes)
    return np.divide(sums, counts, out=np.full(classes, np.nan), where=counts > 0)


def share_interval(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's method, for at least one trial."""
    found = binomtest(successes, trials).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
