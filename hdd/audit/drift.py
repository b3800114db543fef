"""How far images have moved from those that they were distilled from."""

import numpy as np

from hdd.audit.base import Issue, Measure, Metric, by_class
from hdd.audit.subject import Subject
from hdd.sets.preflight import Severity

STILL = 0.5 / 255
"""Root mean square difference of pixels up to which an image has not moved."""


def measure(subject: Subject) -> list[Measure]:
    """Compares each image with the one that it began as."""
    if subject.initial is None:
        return [Measure("drift", None, "The images from which the set was distilled are not known.")]
    std = np.asarray(subject.synthetic.std, np.float32)[:, None, None]
    moved = (subject.synthetic.images - subject.initial.images) * std
    drift = np.sqrt(np.mean(np.square(moved, dtype=np.float64), axis=(1, 2, 3)))
    words = "It is still the image that it began as."
    issues = [Issue(image, Severity.WARNING, 1.0, words) for image in np.flatnonzero(drift <= STILL).tolist()]
    median = float(np.median(drift))
    return [
        Measure(
            "drift",
            median,
            f"The median image has moved by {median:.3g} from the one that it began as; {len(issues)} have not moved.",
            unit="RMS",
            per_class=by_class(drift, subject.labels, len(subject.classes)),
            per_image=drift,
            issues=tuple(issues),
        )
    ]


METRIC = Metric(
    "Drift",
    "Shows how much of an image was made by distillation. Where images began as real ones, those that moved little are "
    "still nearly real.",
    "Root mean square of pixels",
    measure,
)
