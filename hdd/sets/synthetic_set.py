"""A distilled set: images, labels, and what is needed to train on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hdd.errors import InvalidInputError
from hdd.sets.decoders import DECODERS

SOFT_SUM_TOLERANCE = 1e-3
"""How far the soft labels of an image may be from a sum of 1: they are published in half precision too."""


@dataclass(frozen=True, eq=False)
class SyntheticSet:
    """M images of C classes, any number of them a class. What it is made from is copied only where it must be.

    Attributes:
        images: (M, channels, H, W) float32, normalised: channel by channel, mean is at 0 and std at 1. They may lie
            beyond black and white.
        labels: (M,) int64 in [0, C), or soft ones: (M, C) float32 ≥ 0 that sum to 1.
        classes: C names in label order.
        mean, std: one float a channel, of pixels in [0, 1]; std > 0.
        decoder: how stored images become images to train on, a key of `hdd.sets.decoders.DECODERS`.
        provenance: who made it and how, JSON-compatible.

    Raises:
        HDDError: shapes that do not fit together, labels outside the classes, images that are not finite, a standard
            deviation that is not positive, or an unknown decoder.

    >>> images = np.zeros((3, 1, 8, 8))
    >>> made = SyntheticSet(images, [0, 1, 1], ("cat", "dog"), mean=(0.5,), std=(0.25,))
    >>> made.counts, made.images.dtype.name
    ((1, 2), 'float32')
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    decoder: str = "plain"
    provenance: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        """Brings what was given into its form, and checks it."""
        put = object.__setattr__
        put(self, "classes", tuple(map(str, self.classes)))
        put(self, "mean", tuple(float(value) for value in self.mean))
        put(self, "std", tuple(float(value) for value in self.std))
        put(self, "images", _images(self.images))
        put(self, "labels", _labels(self.labels, len(self.images), len(self.classes)))
        channels = self.images.shape[1]
        if not len(self.mean) == len(self.std) == channels:
            raise InvalidInputError(
                f"A set of images with {channels} channels needs as many means and standard deviations, "
                f"not {len(self.mean)} and {len(self.std)}."
            )
        if not all(value > 0 for value in self.std):
            raise InvalidInputError(f"The standard deviations of a set are above 0, not {self.std}.")
        if self.decoder not in DECODERS:
            raise InvalidInputError(
                f"There is no decoder {self.decoder!r} for images: give one of {', '.join(DECODERS)}."
            )

    @classmethod
    def of_grid(cls, images: np.ndarray, **about: Any) -> "SyntheticSet":
        """A set with equally many images of each class: images (C, ipc, channels, H, W); `about` as the attributes."""
        classes, ipc = int(images.shape[0]), int(images.shape[1])
        return cls(images.reshape(-1, *images.shape[2:]), np.repeat(np.arange(classes), ipc), **about)

    @property
    def hard_labels(self) -> np.ndarray:
        """(M,) int64: the labels, or the class to which a soft label gives most weight."""
        return self.labels if self.labels.ndim == 1 else self.labels.argmax(axis=1)

    @property
    def counts(self) -> tuple[int, ...]:
        """Images of each class, by their hard labels: C numbers."""
        return tuple(np.bincount(self.hard_labels, minlength=len(self.classes)).tolist())

    def decoded(self) -> "SyntheticSet":
        """The set that is trained on: its images and labels after decoding, with the decoder "plain"."""
        images, times = DECODERS[self.decoder](self.images)
        labels = np.repeat(self.labels, times, axis=0)
        return SyntheticSet(images, labels, self.classes, self.mean, self.std, provenance=self.provenance)


def _images(given: Any) -> np.ndarray:
    images = np.ascontiguousarray(given, np.float32)
    if images.ndim != 4 or 0 in images.shape:
        raise InvalidInputError(f"Images of a set have the shape (count, channels, height, width), not {images.shape}.")
    bad = np.flatnonzero(~np.isfinite(images).all(axis=(1, 2, 3)))
    if len(bad):
        raise InvalidInputError(
            f"{len(bad)} of {len(images)} images hold numbers that are not finite, {_some(bad)} first: "
            "leave them out, or mend them where the set was made."
        )
    return images


def _labels(given: Any, images: int, classes: int) -> np.ndarray:
    labels = np.asarray(given)
    if labels.shape not in ((images,), (images, classes)):
        raise InvalidInputError(
            f"Labels of {images} images of {classes} classes have the shape ({images},), or ({images}, {classes}) "
            f"where they are soft, not {labels.shape}."
        )
    if labels.ndim == 2:
        soft = np.ascontiguousarray(labels, np.float32)
        right = (soft >= 0).all(axis=1) & (np.abs(soft.sum(axis=1) - 1) <= SOFT_SUM_TOLERANCE)
        if not right.all():
            raise InvalidInputError(
                f"Soft labels are ≥ 0 and sum to 1 for each image; {_some(np.flatnonzero(~right))} do not."
            )
        return soft
    whole = labels.astype(np.int64)
    outside = np.flatnonzero((whole != labels) | (whole < 0) | (whole >= classes))
    if len(outside):
        raise InvalidInputError(
            f"Labels of {classes} classes are whole numbers from 0 to {classes - 1}; those of {_some(outside)} are "
            f"not, the first is {labels[outside[0]]}."
        )
    return whole


def _some(positions: Iterable[int]) -> str:
    listed = [str(int(each)) for each in positions]
    shown = ", ".join(listed[:3]) + (", …" if len(listed) > 3 else "")
    return f"image{'s' if len(listed) > 1 else ''} {shown}"
