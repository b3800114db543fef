"""Whether red and blue are exchanged."""

import numpy as np

from hdd.sets.preflight.base import Alternative, Finding, Severity, Subject

CHECK = "channels"
MOST_OF_ONE = 1.0
"""The evidence of one image counts at most so much, since distilled colours are exaggerated."""
CLEAR = 2.0


def check(subject: Subject) -> list[Finding]:
    """Compares red less blue of each image with that of the real images of its class.

    The evidence is a sum of log odds for RGB against BGR, under a normal distribution of red less blue in each class.
    """
    if subject.fractions.shape[1] != 3:
        return []
    real = subject.real.numpy().mean(axis=(2, 3))
    tint = real[:, 0] - real[:, 2]
    classes = range(len(subject.data.classes))
    mean = np.array([tint[subject.real_labels == label].mean() for label in classes])
    std = np.array([max(float(tint[subject.real_labels == label].std()), 0.01) for label in classes])
    own = subject.fractions.mean(axis=(2, 3))
    labels = subject.fitted.hard_labels
    odds = 2 * (own[:, 0] - own[:, 2]) * mean[labels] / std[labels] ** 2
    total = float(np.clip(odds, -MOST_OF_ONE, MOST_OF_ONE).sum())
    as_rgb, as_bgr = (
        float((subject.predicted(images) == labels).mean())
        for images in (subject.fractions, np.ascontiguousarray(subject.fractions[:, ::-1]))
    )
    evidence = {"log odds for RGB": total, "linear classifier": {"as RGB": as_rgb, "as BGR": as_bgr}}
    numbers = (
        f"log odds {total:+.1f} for RGB; a linear classifier of real images is right for {100 * as_rgb:.0f} % as RGB "
        f"and {100 * as_bgr:.0f} % as BGR"
    )
    # With wrong labels the tints say nothing; then the classifier is not right either way.
    if total < -CLEAR and as_bgr > max(as_rgb, 2 / len(classes)):
        other = Alternative({"channels": "bgr"}, "exchange red and blue")
        words = f"Red and blue look exchanged ({numbers})."
        return [Finding(CHECK, Severity.WARNING, words, evidence, (other,))]
    return [Finding(CHECK, Severity.NOTE, f"The colours do not look exchanged ({numbers}).", evidence)]
