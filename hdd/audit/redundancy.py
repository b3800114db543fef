"""How many different images a set has: images that nearly repeat others, and the Vendi score of each class."""

import numpy as np
import torch
from torch import Tensor

from hdd.audit.base import Issue, Measure, Metric, by_class
from hdd.audit.copies import EXACT
from hdd.audit.distances import nearest
from hdd.audit.subject import Subject
from hdd.sets.preflight import Severity

TAIL = 0.01
"""Share of real images that are nearer to another one than the threshold of a repetition, before it is halved."""


def vendi_score(features: Tensor) -> float:
    """The effective number of different images among n, from 1 to n.

    Friedman and Dieng (2023), "The Vendi Score": exp of the entropy of the eigenvalues of K/n, where K is the cosine
    similarity of the features (n, D).
    """
    unit = features / features.norm(dim=1, keepdim=True).clamp(min=1e-12)
    values = torch.linalg.eigvalsh(unit @ unit.T / len(unit)).clamp(min=0)
    return float(torch.exp(-torch.xlogy(values, values).sum()))


def _to_others(pixels: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Of each image, the distance to the nearest other one (RMS of pixels), and which that is."""
    rows = pixels.flatten(1)
    distances, found = nearest(rows, rows, 2)
    # Of images that are equal, each may find itself first or second.
    itself = found[:, 0] == torch.arange(len(rows))
    second = itself.long()[:, None]
    apart = distances.gather(1, second)[:, 0] / rows.shape[1] ** 0.5
    return apart.numpy(), found.gather(1, second)[:, 0].numpy()


def measure(subject: Subject) -> list[Measure]:
    """Compares the images of the set with each other; the control is as many unseen real images."""
    labels, classes = subject.labels, len(subject.classes)
    if len(labels) < 2:
        return [Measure("nearest other image", None, "There is no other image.")]
    apart, other = _to_others(subject.images.pixels)
    control, _ = _to_others(subject.held_out.pixels)
    threshold = max(EXACT, float(np.quantile(control, TAIL)) / 2)
    issues = []
    for image in np.flatnonzero(apart <= threshold).tolist():
        twin = int(other[image])
        same = labels[image] == labels[twin]
        what = "repeats" if apart[image] <= EXACT else "nearly repeats"
        words = f"It {what} image {twin} of {'its class' if same else subject.classes[labels[twin]]}"
        words += "." if same else ", so that their labels contradict each other."
        severity = Severity.WARNING if same else Severity.PROBLEM
        issues.append(Issue(image, severity, threshold / max(float(apart[image]), 1e-6), words, other=twin))
    median, of_control = float(np.median(apart)), float(np.median(control))
    return [
        Measure(
            "nearest other image",
            median,
            f"The median image is {median:.3g} from the nearest other one; unseen real images are {of_control:.3g}. "
            f"{len(issues)} images repeat others.",
            unit="RMS",
            control=of_control,
            per_class=by_class(apart, labels, classes),
            per_image=apart,
            issues=tuple(issues),
        ),
        _vendi(subject),
    ]


def _vendi(subject: Subject) -> Measure:
    centre = subject.train.features.mean(dim=0)
    own, held_out = subject.images, subject.held_out
    scores, controls, shares = np.full(len(subject.classes), np.nan), [], []
    for label in range(len(subject.classes)):
        members, real = (torch.from_numpy(np.flatnonzero(each.labels == label)) for each in (own, held_out))
        if len(members):
            scores[label] = vendi_score(own.features[members] - centre)
            shares.append(len(members))
            controls.append(vendi_score(held_out.features[real[: len(members)]] - centre))
    value, control, count = float(np.nanmean(scores)), float(np.mean(controls)), float(np.mean(shares))
    return Measure(
        "Vendi score",
        value,
        f"The {count:g} images of a class are effectively {value:.1f} different ones; as many unseen real images, "
        f"{control:.1f}.",
        control=control,
        per_class=scores,
    )


METRIC = Metric(
    "Redundancy",
    "Shows images that repeat others, and how many different ones a class effectively has. Both depend on how images "
    "are compared: by pixels, and by the features of one network.",
    "Friedman and Dieng 2023 (Vendi score)",
    measure,
)
