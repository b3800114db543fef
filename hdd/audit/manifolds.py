"""Precision, recall, density and coverage: how much of the real images' manifold a set is in, and covers.

Kynkäänniemi et al. (2019), "Improved Precision and Recall Metric for Assessing Generative Models"; Naeem et al. (2020),
"Reliable Fidelity and Diversity Metrics for Generative Models".
"""

import torch
from torch import Tensor

from hdd.audit.base import Measure, Metric, by_class, share_interval
from hdd.audit.subject import Subject

NEIGHBOURS = 5


def radii(points: Tensor, neighbours: int = NEIGHBOURS) -> Tensor:
    """The distance (N,) of each point (N, D) to its k-th nearest other one; with fewer others, to the farthest."""
    count = min(neighbours, len(points) - 1)
    return torch.cdist(points, points).kthvalue(count + 1, dim=1).values


def prdc(real: Tensor, made: Tensor, neighbours: int = NEIGHBOURS) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What precision, recall, density and coverage are the means of.

    Args:
        real: (N, D) features of real images, N ≥ 2.
        made: (M, D) features of the set, M ≥ 2.
        neighbours: k.

    Returns:
        precision (M,): whether an image of the set is in the manifold of the real ones. recall (N,): whether a real
        image is in that of the set. density (M,): in how many balls of real images an image of the set is, by k.
        coverage (N,): whether the ball of a real image holds an image of the set. All are float64.
    """
    apart = torch.cdist(real, made)
    inside = apart <= radii(real, neighbours)[:, None]
    recall = (apart <= radii(made, neighbours)[None]).any(dim=1)
    count = min(neighbours, len(real) - 1)
    return inside.any(dim=0).double(), recall.double(), inside.double().sum(dim=0) / count, inside.any(dim=1).double()


def measure(subject: Subject) -> list[Measure]:
    """Compares the set with a sample of the training images; the control is a sample of the test images."""
    if len(subject.labels) < 2:
        return [Measure("precision", None, "A set of one image has no manifold.")]
    real, labels, classes = subject.train, subject.labels, len(subject.classes)
    own = prdc(real.features, subject.images.features)
    # As many unseen real images as the set has, as far as there are: recall and coverage depend on the number.
    held_out = subject.held_out.features
    spaced = torch.linspace(0, len(held_out) - 1, min(len(labels), len(held_out))).long()
    controls = [float(each.mean()) for each in prdc(real.features, held_out[spaced])]
    words = {
        "precision": "of the images are where real images are",
        "recall": "of the real images are where the set is",
        "density": "real images surround an image of the set, compared with real data (1)",
        "coverage": "of the real images have one of the set nearby",
    }
    found = []
    for (name, text), each, control in zip(words.items(), own, controls, strict=True):
        value = float(each.mean())
        shares = name != "density"
        about = f"{100 * value:.0f} % {text}; with unseen real images, {100 * control:.0f} %."
        interval = None
        if shares:
            interval = share_interval(int(each.sum()), len(each))
        else:
            about = f"{value:.2f} times as many {text}; with unseen real images, {control:.2f}."
        of_images = each.numpy() if name in ("precision", "density") else None
        found.append(
            Measure(
                name,
                value,
                about,
                interval=interval,
                control=control,
                per_class=None if of_images is None else by_class(of_images, labels, classes),
                per_image=of_images,
            )
        )
    return found


METRIC = Metric(
    "Precision, recall, density, coverage",
    "Shows whether images are where real ones are in the features of one network, and how much of them they reach. A "
    "distilled set is not meant to look real: low precision is no fault by itself.",
    "Kynkäänniemi et al. 2019; Naeem et al. 2020 (k = 5)",
    measure,
)
