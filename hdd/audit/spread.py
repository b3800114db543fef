"""How widely the images of each class are spread, and whether classes are balanced."""

import numpy as np
import torch
from torch import Tensor

from hdd.audit.base import Measure, Metric
from hdd.audit.subject import Subject


def mean_distance(points: Tensor) -> float:
    """The mean distance between two different ones of n points (n, D); NaN for fewer than 2."""
    count = len(points)
    return float(torch.cdist(points, points).sum() / (count * (count - 1))) if count > 1 else float("nan")


def _of_classes(points: Tensor, labels: np.ndarray, classes: int) -> np.ndarray:
    return np.array([mean_distance(points[torch.from_numpy(labels == label)]) for label in range(classes)])


def measure(subject: Subject) -> list[Measure]:
    """Compares the features of each class with those of its unseen real images."""
    labels, classes = subject.labels, len(subject.classes)
    counts = np.bincount(labels, minlength=classes)
    empty = [subject.classes[label] for label in np.flatnonzero(counts == 0)[:3]]
    alike = counts.min() == counts.max()
    words = f"Each class has {counts[0]} images" if alike else f"Classes have {counts.min()} to {counts.max()} images"
    missing = f"; none are of {', '.join(empty)}" if empty else ""
    balance = Measure(
        "balance",
        float(counts.min() / counts.max()),
        f"{words}{missing}.",
        per_class=counts.astype(float),
    )
    own = _of_classes(subject.images.features, labels, classes)
    real = _of_classes(subject.held_out.features, subject.held_out.labels, classes)
    ratio = own / real
    if np.isnan(ratio).all():
        return [balance, Measure("spread", None, "With one image per class there is no spread.")]
    value = float(np.nanmean(ratio))
    found = f"Two images of a class are {value:.2f} times as far apart in features as two unseen real ones."
    return [balance, Measure("spread", value, found, control=1.0, per_class=ratio)]


METRIC = Metric(
    "Spread and balance",
    "Shows whether the images of a class have collapsed into one, and whether a class has more of them than others.",
    "Mean pairwise distance of features",
    measure,
)
