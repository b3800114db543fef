"""Whether networks that know the real images see the class that an image is labelled with."""

import numpy as np
import torch

from hdd.audit.base import Issue, Measure, Metric, by_class, share_interval
from hdd.audit.distances import nearest
from hdd.audit.subject import Images, Subject
from hdd.sets.preflight import Severity

VOTERS = 10
"""Real neighbours that vote on the class of an image where no network was trained."""

SURE, UNLIKELY = 0.8, 0.1
"""Probability of another class, and of the own one, from which on a label is doubted."""


def probabilities(subject: Subject, images: Images) -> np.ndarray:
    """(M, C) the probabilities of the classes: by the trained viewing network, or by a vote of real neighbours."""
    if subject.space.network_accuracy is not None:
        return torch.softmax(subject.space.logits(images.features), dim=1).numpy()
    _, found = nearest(images.features, subject.train.features, VOTERS)
    votes = subject.train.labels[found.numpy()]
    return (votes[:, :, None] == np.arange(len(subject.classes))).mean(axis=1)


def measure(subject: Subject) -> list[Measure]:
    """Compares the labels with what is seen; the control is the accuracy on unseen real images."""
    labels = subject.labels
    seen, real = probabilities(subject, subject.images), probabilities(subject, subject.held_out)
    classes, own = seen.argmax(axis=1), seen[np.arange(len(labels)), labels]
    right = classes == labels
    control = float((real.argmax(axis=1) == subject.held_out.labels).mean())
    judge = "a trained network" if subject.space.network_accuracy is not None else f"a vote of {VOTERS} real neighbours"
    doubted = np.flatnonzero(~right & (seen.max(axis=1) >= SURE) & (own <= UNLIKELY)).tolist()
    issues = [
        Issue(
            image,
            Severity.WARNING,
            float(seen[image].max()) / SURE,
            f"It is labelled {subject.classes[labels[image]]}, but {judge} sees {subject.classes[classes[image]]} "
            f"({100 * seen[image].max():.0f} %). Of unseen real images, it sees {100 * control:.0f} % rightly.",
        )
        for image in doubted
    ]
    value = float(right.mean())
    return [
        Measure(
            "label agreement",
            value,
            f"{judge.capitalize()} sees the labelled class in {100 * value:.0f} % of the images; of unseen real ones, "
            f"in {100 * control:.0f} %.",
            interval=share_interval(int(right.sum()), len(right)),
            control=control,
            per_class=by_class(right.astype(float), labels, len(subject.classes)),
            per_image=own,
            issues=tuple(issues),
        )
    ]


METRIC = Metric(
    "Label agreement",
    "Shows labels that do not belong to their images. Who judges is wrong itself on some real images, and distilled "
    "images need not be recognisable to be good to train on.",
    "Accuracy of a network that is trained on real images, or of nearest neighbours",
    measure,
)
