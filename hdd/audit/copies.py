"""Copies of training images, in pixels and in features, with unseen real images as a control.

An image is a suspected copy if it is much nearer to one training image than to the next ones, as in Carlini et al.
(2023), "Extracting Training Data from Diffusion Models", section 4.2: this compares it with its own surroundings, so
that smooth images, which are near to everything, are not suspected. The test of the whole set is that of Meehan,
Chaudhuri and Dasgupta (2020), "A Non-Parametric Test to Detect Data-Copying in Generative Models", with the classes as
its cells.
"""

import math

import numpy as np
import torch
from scipy.stats import mannwhitneyu
from torch import Tensor

from hdd.audit.base import Issue, Measure, Metric, by_class
from hdd.audit.distances import nearest
from hdd.audit.subject import Subject
from hdd.draws import generator
from hdd.sets.preflight import Severity

SURROUNDINGS = 50
"""How many training images around an image are compared."""

EXACT = 2 / 255
"""Root mean square difference of pixels up to which an image is a training image, stored in another way."""

TAIL = 0.01
"""Share of unseen real images that are nearer to a training image than the threshold."""

PRODUCTS = 2**41
"""Bounds the products of numbers that a search may take; beyond it, a sample of the training images is searched."""

SURE_Z = 3.0
PIXEL_NAME = "pixels"

SOURCE = "Carlini et al. 2023, section 4.2; Meehan, Chaudhuri and Dasgupta 2020"
SHOWS = (
    "Finds images that are nearly a training image. It does not show that a set keeps anything private: an image can "
    "give away a training image without being near to it."
)


def copying_z(synthetic: np.ndarray, held_out: np.ndarray) -> float:
    """z of the Mann–Whitney test whether synthetic images are farther from training images than unseen real ones.

    Args:
        synthetic: (M,) their distances to the nearest training image.
        held_out: (N,) the same of unseen real images.

    Returns:
        z, standard normal if both are alike; far below 0 if the synthetic images copy, far above if they are not like
        real images.
    """
    m, n = len(synthetic), len(held_out)
    nearer = float(mannwhitneyu(synthetic, held_out).statistic)
    return (nearer - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12)


def _of_classes(distances: np.ndarray, labels: np.ndarray, control: np.ndarray, control_labels: np.ndarray) -> float:
    """The mean of `copying_z` over classes, weighted by their unseen images (equation 3 of Meehan et al.)."""
    own = [label for label in np.unique(labels) if (control_labels == label).any()]
    z = [copying_z(distances[labels == label], control[control_labels == label]) for label in own]
    return float(np.average(z, weights=[(control_labels == label).sum() for label in own]))


def _z(z: float) -> str:
    return f"z = {z:.1f}".replace("-", "−")


def _copies(subject: Subject, name: str, unit: str, own: Tensor, real: np.ndarray, control: Tensor) -> list[Measure]:
    """Both figures, and the suspected copies.

    Args:
        subject: what is looked at.
        name: where distances are taken.
        unit: of distances.
        own: (M, k) the distances of the images of the set to their nearest training images, ascending.
        real: (M,) the indices of the nearest ones.
        control: (N, k) the distances of unseen real images.
    """
    first, first_control = own[:, 0].numpy(), control[:, 0].numpy()
    ratio, ratio_control = ((each[:, 0] / each[:, 1:].mean(dim=1).clamp(min=1e-12)).numpy() for each in (own, control))
    threshold = float(np.quantile(ratio_control, TAIL))
    exact = EXACT if name == PIXEL_NAME else 0.0
    issues = []
    for image in np.flatnonzero((ratio < threshold) | (first <= exact)).tolist():
        if first[image] <= exact:
            severity, words = (
                Severity.PROBLEM,
                f"It is training image {real[image]}: {name} are {first[image]:.3g} apart.",
            )
        else:
            severity = Severity.WARNING
            words = (
                f"Its {name} are {first[image]:.3g} from those of training image {real[image]}, and "
                f"{float(own[image, 1:].mean()):.3g} from the {own.shape[1] - 1} next ones: only {100 * TAIL:.0f} % of "
                "unseen real images stand out so much."
            )
        beyond = max(1.0, threshold / max(float(ratio[image]), 1e-6))
        issues.append(Issue(image, severity, beyond, words, real=int(real[image])))
    median, median_control = float(np.median(first)), float(np.median(first_control))
    z = _of_classes(first, subject.labels, first_control, subject.held_out.labels)
    verdict = "nearer than" if z < -SURE_Z else "farther away than" if z > SURE_Z else "about as near as"
    return [
        Measure(
            f"nearest training image, {name}",
            median,
            f"The median image is {median:.3g} from its nearest training image; unseen real images are "
            f"{median_control:.3g}. {len(issues)} images stand out as a copy would.",
            unit=unit,
            control=median_control,
            per_class=by_class(first, subject.labels, len(subject.classes)),
            per_image=first,
            issues=tuple(issues),
        ),
        Measure(
            f"data-copying z, {name}",
            z,
            f"To training images, the set is {verdict} unseen real images are ({_z(z)}; fresh real images have "
            "0 ± 1, copies far less).",
            control=0.0,
        ),
    ]


def measure_pixels(subject: Subject) -> list[Measure]:
    """Compares pixels with those of all training images, or of a sample where that would take too long."""
    data = subject.data
    synthetic, held_out = subject.images.pixels.flatten(1), subject.held_out.pixels.flatten(1)
    count, numbers = data.train_images.flatten(1).shape
    most = max(SURROUNDINGS, PRODUCTS // (numbers * (len(synthetic) + len(held_out))))
    places = np.arange(count)
    if most < count:
        places = np.sort(generator(subject.seed, "audit sample").permutation(count)[:most])
    rows = data.train_images.flatten(1)[torch.from_numpy(places)]
    (own, found), (control, _) = (nearest(each, rows, SURROUNDINGS, divisor=255) for each in (synthetic, held_out))
    root = math.sqrt(numbers)
    return _copies(subject, PIXEL_NAME, "RMS", own / root, places[found[:, 0]], control / root)


def measure_features(subject: Subject) -> list[Measure]:
    """Compares features with those of a sample of the training images."""
    rows = subject.train.features
    own, found = nearest(subject.images.features, rows, SURROUNDINGS)
    control, _ = nearest(subject.held_out.features, rows, SURROUNDINGS)
    return _copies(subject, "features", "distance", own, subject.space.indices[found[:, 0]], control)


PIXELS = Metric(
    "Copies, in pixels",
    f"{SHOWS} It is searched among all training images, unless that would take too long.",
    SOURCE,
    measure_pixels,
)
FEATURES = Metric(
    "Copies, in features", f"{SHOWS} Only a sample of the training images is searched.", SOURCE, measure_features
)
