"""A set beside the real images that it stands for, and the features of both through one fixed network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import torch
from torch import Tensor

from hdd.data import Dataset
from hdd.progress import Doing
from hdd.projection import Viewing
from hdd.projection.sample import sample_classes
from hdd.projection.space import ViewingSpace
from hdd.sets import SyntheticSet, fitted

IMAGES = 5000
"""Images of a set that are looked at, at most; of a larger one, evenly spaced images."""

TRAIN_SAMPLE, HELD_OUT = 4000, 1000
"""Real images whose features are compared, and images of the test split that take the place of the set as a control."""

EMBEDDED_AT_A_TIME = 200


@dataclass(frozen=True, eq=False)
class Images:
    """Images and their features.

    Attributes:
        normalised: (N, channels, H, W) float32, as networks see them.
        pixels: (N, channels, H, W) float32, with 0 for black and 1 for white.
        labels: (N,) int64.
        features: (N, D) float64, of the viewing network, before scale and clamp.
    """

    normalised: Tensor
    pixels: Tensor
    labels: np.ndarray
    features: Tensor


class Subject:
    """What the metrics look at.

    Args:
        synthetic: the set, which may have been made by anybody.
        data: the real images.
        viewing: the network through which features are looked at, and the seed of all samples.
        initial: the images from which the set was distilled, in its order; None if they are not known.
        progress: called as progress(what is done, done, to do), here while real images are embedded, and by the audit.

    Raises:
        HDDError: the set does not fit the data (see `hdd.sets.fitted`), or images are too small for the network.

    Attributes:
        given: the set as it is stored, in the order of the classes of `data`.
        synthetic: the set as images of `data`, decoded; at most `IMAGES` of them.
        chosen: (M,) the indices of its images in the given set, after decoding.
        of: number of images of the given set, after decoding.
        initial: as given, for the images that were chosen.
        seed: of all samples.
        space: the viewing space.
        progress: as given.
    """

    def __init__(
        self,
        synthetic: SyntheticSet,
        data: Dataset,
        viewing: Viewing,
        initial: SyntheticSet | None = None,
        progress: Doing | None = None,
    ) -> None:
        self.given = fitted(synthetic, data)
        decoded = self.given.decoded()
        self.of = len(decoded.images)
        self.chosen = np.arange(self.of) if self.of <= IMAGES else np.linspace(0, self.of - 1, IMAGES).astype(int)
        self.synthetic = _part(decoded, self.chosen)
        self.initial = None
        if initial is not None and initial.images.shape == synthetic.images.shape:
            self.initial = _part(fitted(initial, data).decoded(), self.chosen)
        self.data = data
        self.seed = viewing.seed
        self.progress = progress
        embedding = None if progress is None else partial(progress, "embedding real images")
        self.space = ViewingSpace(data, viewing, TRAIN_SAMPLE, embedding)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in label order."""
        return self.data.classes

    @property
    def labels(self) -> np.ndarray:
        """(M,) the labels of the images of the set, hard."""
        return self.synthetic.hard_labels

    @cached_property
    def images(self) -> Images:
        """The images of the set."""
        return self._embedded(torch.from_numpy(self.synthetic.images), self.labels)

    @cached_property
    def train(self) -> Images:
        """A random sample of the training images, about as many of each class."""
        normalised = self.data.normalise(self.data.train_images[torch.from_numpy(self.space.indices)])
        return self._embedded(normalised, self.space.labels, self.space.sample_features.cpu())

    @cached_property
    def held_out(self) -> Images:
        """A random sample of the test images, about as many of each class: real images that nobody distilled from."""
        labels, count = self.data.test_labels.numpy(), len(self.classes)
        chosen = np.concatenate(sample_classes(labels, count, max(1, HELD_OUT // count), self.seed))
        return self._embedded(self.data.normalise(self.data.test_images[torch.from_numpy(chosen)]), labels[chosen])

    def _embedded(self, normalised: Tensor, labels: np.ndarray, features: Tensor | None = None) -> Images:
        mean, std = (values.view(-1, 1, 1) for values in (self.data.mean, self.data.std))
        if features is None:
            parts = normalised.split(EMBEDDED_AT_A_TIME)
            features = torch.cat([self.space.features(part).double().cpu() for part in parts])
        return Images(normalised, normalised * std + mean, labels, features)


def _part(synthetic: SyntheticSet, chosen: np.ndarray) -> SyntheticSet:
    return replace(synthetic, images=synthetic.images[chosen], labels=synthetic.labels[chosen])
