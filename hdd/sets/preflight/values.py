"""What the numbers of the images mean: the normalisation whose pixels are like the real ones."""

import numpy as np

from hdd.sets.preflight.base import Alternative, Finding, Severity, Subject
from hdd.sets.reading import DATASET, NORMALISATIONS, ZCA, normalisation

CHECK = "values"
MARGIN = 0.08
"""By so much the pixels of another normalisation must be closer to the real ones before it is suggested: distilled
images have another contrast than real ones."""
EDGE, EXACT_RANGE = 0.02, 0.05
"""Pixels that go from black to white and no further are so much closer: only pixels that were clipped do so."""
FAR = 10.0
"""Normalised numbers beyond this do not come from images; training on them is unstable."""


def _distance(fractions: np.ndarray, mean: np.ndarray, std: np.ndarray) -> dict[str, float]:
    """How far pixels are from real ones with this mean and std of each channel."""
    means, stds = fractions.mean(axis=(0, 2, 3)), fractions.std(axis=(0, 2, 3))
    beyond = float(((fractions < -0.02) | (fractions > 1.02)).mean())
    distance = float(np.abs(means - mean).mean() + np.abs(stds - std).mean() + 0.5 * beyond)
    low, high = float(fractions.min()), float(fractions.max())
    if -1e-3 <= low <= EDGE and 1 - EDGE <= high <= 1 + 1e-3:
        distance -= EXACT_RANGE
    return {"distance": distance, "mean": float(means.mean()), "std": float(stds.mean()), "beyond 0 to 1": beyond}


def check(subject: Subject) -> list[Finding]:
    """Compares mean, deviation and range of the pixels, under each normalisation, with those of real images."""
    real = subject.real.numpy()
    mean, std = real.mean(axis=(0, 2, 3)), real.std(axis=(0, 2, 3))
    raw, channels = subject.synthetic.images, subject.synthetic.images.shape[1]
    assumed = _distance(subject.fractions, mean, std)
    tried: dict[str, dict[str, float]] = {}
    for name in (DATASET, *NORMALISATIONS):
        if name == DATASET:
            shift, scale = subject.fitted.mean, subject.fitted.std
        elif len(NORMALISATIONS[name][0]) in (1, channels):
            shift, scale = normalisation(name, channels)
        else:
            continue
        shift, scale = (np.asarray(values, np.float32)[:, None, None] for values in (shift, scale))
        tried[name] = _distance(raw * scale + shift, mean, std)
    evidence = {
        "numbers": {
            "min": float(raw.min()),
            "max": float(raw.max()),
            "mean": float(raw.mean()),
            "std": float(raw.std()),
        },
        "real pixels": {"mean": float(mean.mean()), "std": float(std.mean())},
        "as read": assumed,
        "if they were": tried,
    }
    findings: list[Finding] = []
    best = min(tried, key=lambda name: tried[name]["distance"])
    taken = "as the set says" if subject.values is None else f"as values={subject.values}"
    better = assumed["distance"] - tried[best]["distance"]
    # Whitened numbers are judged by `hdd.sets.preflight.whitening`.
    if better > MARGIN and subject.values != ZCA:
        words = (
            f"The numbers go from {raw.min():.2f} to {raw.max():.2f}. Taken {taken}, pixels have mean "
            f"{assumed['mean']:.2f} ± {assumed['std']:.2f}, and {100 * assumed['beyond 0 to 1']:.0f} % of them are "
            f"beyond black and white; those of the real images have {mean.mean():.2f} ± {std.mean():.2f}. They fit "
            f"better as values={best}: {tried[best]['mean']:.2f} ± {tried[best]['std']:.2f}."
        )
        other = Alternative({"values": best}, f"pixels with mean {tried[best]['mean']:.2f} ± {tried[best]['std']:.2f}")
        findings.append(Finding(CHECK, Severity.WARNING, words, evidence, (other,)))
    else:
        words = (
            f"Taken {taken}, pixels have mean {assumed['mean']:.2f} ± {assumed['std']:.2f} (real images "
            f"{mean.mean():.2f} ± {std.mean():.2f}), and no other normalisation fits clearly better."
        )
        findings.append(Finding(CHECK, Severity.NOTE, words, evidence))
    largest = float(np.abs(subject.fitted.images).max())
    if largest > FAR:
        far = int((np.abs(subject.fitted.images).max(axis=(1, 2, 3)) > FAR).sum())
        words = f"{far} images hold normalised numbers beyond ±{FAR:g}, up to {largest:.3g}: they diverged."
        findings.append(Finding(CHECK, Severity.WARNING, words, {"images": far, "largest": largest}))
    return findings
