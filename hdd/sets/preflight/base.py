"""What a check of a set finds, and what it looks at."""

# pyright: standard

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from hdd.sets.fitting import VALUES_MEAN, about_file, fitted
from hdd.sets.synthetic_set import SyntheticSet

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.data import Dataset

SAMPLE = 2000
"""Real images that statistics are computed from, at most, spread evenly over the training images."""

SIDE = 8
"""Side in pixels to which images are averaged for the linear classifier."""


class Severity(StrEnum):
    """How much a finding matters."""

    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Alternative:
    """Another way to read the set.

    Attributes:
        reading: what to give for it, as attributes of `hdd.sets.Reading`.
        words: what it means.
    """

    reading: Mapping[str, str]
    words: str


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        check: what was looked at.
        words: whole sentences for users.
        evidence: the numbers that it rests on, JSON-compatible.
        alternatives: other ways to read the set, the likeliest first.
    """

    check: str
    severity: Severity
    words: str
    evidence: Mapping[str, Any] = field(default_factory=dict[str, Any])
    alternatives: tuple[Alternative, ...] = ()


class Subject:
    """A set, and the real images that it is compared with.

    Args:
        synthetic: the set as it was read.
        data: the real images.

    Raises:
        HDDError: the set does not fit the data, see `hdd.sets.fitted`.

    Attributes:
        fitted: the set as images of `data`.
        values: what its numbers are taken for: a name of `hdd.sets.reading.VALUES`, or None if the set says it.
    """

    def __init__(self, synthetic: SyntheticSet, data: Dataset) -> None:
        self.synthetic, self.data = synthetic, data
        self.values: str | None = about_file(synthetic).get(VALUES_MEAN)
        self.fitted = fitted(synthetic, data)

    @cached_property
    def real(self) -> Tensor:
        """A sample of the real images as pixels in [0, 1], float32 (N, channels, H, W)."""
        return self.data.train_images[self._places].float() / 255

    @cached_property
    def real_labels(self) -> np.ndarray:
        """Their labels, (N,)."""
        return self.data.train_labels[self._places].numpy()

    @cached_property
    def _places(self) -> Tensor:
        import torch

        count = len(self.data.train_images)
        return torch.arange(0, count, -(-count // SAMPLE))

    @cached_property
    def fractions(self) -> np.ndarray:
        """The images of the set as pixels in [0, 1], mostly, (M, channels, H, W)."""
        mean, std = (np.asarray(values, np.float32)[:, None, None] for values in (self.fitted.mean, self.fitted.std))
        return self.fitted.images * std + mean

    @cached_property
    def classifier(self) -> np.ndarray:
        """A linear classifier of the sample, averaged to 8×8 pixels, by ridge regression: (features + 1, C)."""
        features = coarse(self.real.numpy())
        one_hot = np.eye(len(self.data.classes), dtype=np.float32)[self.real_labels]
        gram = features.T @ features + 1e-3 * len(features) * np.eye(features.shape[1])
        return np.linalg.solve(gram, features.T @ one_hot)

    def predicted(self, fractions: np.ndarray) -> np.ndarray:
        """The classes (M,) that the linear classifier gives to images of pixels in [0, 1]."""
        return (coarse(fractions) @ self.classifier).argmax(axis=1)

    @cached_property
    def real_accuracy(self) -> float:
        """The accuracy of the linear classifier on test images."""
        tests = self.data.test_images[:SAMPLE].numpy() / np.float32(255)
        return float((self.predicted(tests) == self.data.test_labels[:SAMPLE].numpy()).mean())


def coarse(fractions: np.ndarray) -> np.ndarray:
    """Images (M, channels, H, W), averaged to at most 8×8 pixels, flattened, less 0.5, and a column of ones."""
    import torch
    import torch.nn.functional as F

    height, width = (min(SIDE, side) for side in fractions.shape[2:])
    small = (
        F.adaptive_avg_pool2d(torch.as_tensor(fractions, dtype=torch.float32), (height, width)).flatten(1).numpy() - 0.5
    )
    return np.concatenate([small, np.ones((len(small), 1), np.float32)], axis=1)


def smoothness(images: np.ndarray) -> dict[str, float]:
    """How smooth images (M, channels, H, W) are; the mean of each image and channel is taken away first.

    Returns:
        "neighbours": the correlation of pixels with their neighbours to the right and below, in [−1, 1]. "coarse": the
        share of the variance that is left when images are averaged to 4×4 pixels, in [0, 1]. "coarse of smooth": the
        second by the first, which white noise leaves as it is, and whitening lowers.
    """
    import torch
    import torch.nn.functional as F

    centred = images - images.mean(axis=(2, 3), keepdims=True)
    products = [
        float(np.mean(centred[..., 1:, :] * centred[..., :-1, :])),
        float(np.mean(centred[..., 1:] * centred[..., :-1])),
    ]
    variance = float(np.mean(np.square(centred)))
    small = F.adaptive_avg_pool2d(torch.as_tensor(centred, dtype=torch.float32), (4, 4)).numpy()
    neighbours = float(np.mean(products)) / variance if variance > 0 else 0.0
    coarse_share = float(np.mean(np.square(small))) / variance if variance > 0 else 0.0
    return {
        "neighbours": neighbours,
        "coarse": coarse_share,
        "coarse of smooth": coarse_share / neighbours if neighbours > 0 else 0.0,
    }
