"""Kernel inception distance, on the features of the viewing network.

Bińkowski et al. (2018), "Demystifying MMD GANs": the unbiased squared maximum mean discrepancy with the kernel
(x·y/D + 1)³.
"""

import numpy as np
import torch
from torch import Tensor

from hdd.audit.base import Measure, Metric
from hdd.audit.subject import Subject
from hdd.draws import generator

SUBSETS, LARGEST = 50, 1000


def unbiased_mmd(one: Tensor, other: Tensor) -> float:
    """The squared discrepancy of two samples (M, D) and (N, D), M, N ≥ 2; its mean is 0 if both are drawn alike."""
    size = one.shape[1]
    first, second, both = ((a @ b.T / size + 1) ** 3 for a, b in ((one, one), (other, other), (one, other)))
    own = sum((each.sum() - each.diagonal().sum()) / (len(each) * (len(each) - 1)) for each in (first, second))
    return float(own - 2 * both.mean())


def _of_subsets(one: Tensor, other: Tensor, seed: int) -> np.ndarray:
    count = min(len(one), len(other), LARGEST)
    draws = [generator(seed, "audit subsets", number) for number in range(SUBSETS)]
    chosen = [[torch.from_numpy(each.permutation(len(rows))[:count]) for rows in (one, other)] for each in draws]
    return np.array([unbiased_mmd(one[a], other[b]) for a, b in chosen])


def measure(subject: Subject) -> list[Measure]:
    """Compares the set with the sample of training images; the control is a sample of test images, as large."""
    real, made, held_out = subject.train.features, subject.images.features, subject.held_out.features
    if len(made) < 2:
        return [Measure("KID", None, "It needs two images.")]
    own, control = (_of_subsets(each[: len(made)], real, subject.seed) for each in (made, _mixed(held_out)))
    value, spread = float(own.mean()), 1.96 * float(own.std(ddof=1))
    return [
        Measure(
            "KID",
            value,
            f"{value:.3g} ± {spread:.2g} over subsets; unseen real images have {control.mean():.2g}.",
            interval=(value - spread, value + spread),
            control=float(control.mean()),
        )
    ]


def _mixed(rows: Tensor) -> Tensor:
    """The rows in another order, so that the first ones are of all classes."""
    return rows[torch.from_numpy(np.random.default_rng(0).permutation(len(rows)))]


METRIC = Metric(
    "Kernel inception distance",
    "Shows how differently the features of the set and of real images are distributed: 0 if alike. The network is the "
    "viewing network and not Inception, so values cannot be compared with published ones, only with the control.",
    "Bińkowski et al. 2018",
    measure,
)
