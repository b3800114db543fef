"""A synthetic set: images, labels, and what is needed to train on them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hdd.errors import InvalidInputError
from hdd.sets.decoders import DECODERS

SOFT_SUM_TOLERANCE = 1e-3
"""How far the sum of an image's soft labels may be from 1; some sets are published in half precision."""


@dataclass(frozen=True, eq=False)
class SyntheticSet:
    """M images of C classes, with any number of images per class. Given arrays are copied only if they have to be.

    Attributes:
        images: (M, channels, H, W) float32, normalised as (pixel − mean)/std in each channel. They may go beyond black
            and white.
        labels: (M,) int64 in [0, C), or soft labels: (M, C) float32 ≥ 0, where each row sums to 1.
        classes: C names in label order.
        mean, std: one float per channel, for pixels in [0, 1]; std > 0.
        decoder: how stored images become images to train on, a key of `hdd.sets.decoders.DECODERS`.
        provenance: who made the set and how, JSON-compatible.

    Raises:
        HDDError: shapes do not fit together, a label is outside the classes, an image is not finite, a standard
            deviation is not positive, or the decoder is unknown.

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
        """Converts the given values to the types of the attributes, and checks them."""
        put = object.__setattr__
        put(self, "classes", tuple(map(str, self.classes)))
        put(self, "mean", tuple(float(value) for value in self.mean))
        put(self, "std", tuple(float(value) for value in self.std))
        put(self, "images", _images(self.images))
        put(self, "labels", _labels(self.labels, len(self.images), len(self.classes)))
        channels = self.images.shape[1]
        if not len(self.mean) == len(self.std) == channels:
            raise InvalidInputError(
                f"The mean and std of a set must have one number per channel: {channels} each, "
                f"not {len(self.mean)} and {len(self.std)}."
            )
        if not all(value > 0 for value in self.std):
            raise InvalidInputError(f"The std of a set must be above 0 in each channel, not {self.std}.")
        if self.decoder not in DECODERS:
            raise InvalidInputError(
                f"There is no decoder {self.decoder!r} for images: give one of {', '.join(DECODERS)}."
            )

    @classmethod
    def of_grid(cls, images: np.ndarray, kept: np.ndarray | None = None, **about: Any) -> "SyntheticSet":
        """Makes a set from ipc images of each class.

        Args:
            images: (C, ipc, channels, H, W).
            kept: (C, ipc) bool, the images that are part of the set; None keeps all.
            about: the other attributes.
        """
        if kept is None:
            kept = np.ones(images.shape[:2], bool)
        return cls(images[kept], np.nonzero(kept)[0], **about)

    @property
    def hard_labels(self) -> np.ndarray:
        """The labels, (M,) int64; for a soft label, the class with the largest weight."""
        return self.labels if self.labels.ndim == 1 else self.labels.argmax(axis=1)

    @property
    def counts(self) -> tuple[int, ...]:
        """Number of images of each class, by their hard labels: C numbers."""
        return tuple(np.bincount(self.hard_labels, minlength=len(self.classes)).tolist())

    def decoded(self) -> "SyntheticSet":
        """The set to train on: the images and labels after decoding, with the decoder "plain".

        Raises:
            HDDError: the decoder does not fit the size of the images.
        """
        decoder = DECODERS[self.decoder]
        images, labels = decoder.decode(self.images), np.repeat(self.labels, decoder.held, axis=0)
        return SyntheticSet(images, labels, self.classes, self.mean, self.std, provenance=self.provenance)


def _images(given: Any) -> np.ndarray:
    # Arrays that are read from files may be read-only, which torch warns of.
    images = np.require(given, np.float32, ["C", "W"])
    if images.ndim != 4 or 0 in images.shape:
        raise InvalidInputError(
            f"The images of a set must have the shape (count, channels, height, width), not {images.shape}."
        )
    bad = np.flatnonzero(~np.isfinite(images).all(axis=(1, 2, 3)))
    if len(bad):
        raise InvalidInputError(
            f"{len(bad)} of {len(images)} images hold numbers that are not finite ({_some(bad)}): "
            "leave these images out, or repair them where the set was made."
        )
    return images


def _labels(given: Any, images: int, classes: int) -> np.ndarray:
    labels = np.asarray(given)
    if labels.shape not in ((images,), (images, classes)):
        raise InvalidInputError(
            f"The labels of {images} images of {classes} classes must have the shape ({images},), or "
            f"({images}, {classes}) if they are soft, not {labels.shape}."
        )
    if labels.ndim == 2:
        soft = np.require(labels, np.float32, ["C", "W"])
        right = (soft >= 0).all(axis=1) & (np.abs(soft.sum(axis=1) - 1) <= SOFT_SUM_TOLERANCE)
        if not right.all():
            raise InvalidInputError(
                "The soft labels of each image must be ≥ 0 and sum to 1; "
                f"this does not hold for {_some(np.flatnonzero(~right))}."
            )
        return soft
    with np.errstate(invalid="ignore"):
        whole = labels.astype(np.int64)
    outside = np.flatnonzero((whole != labels) | (whole < 0) | (whole >= classes))
    if len(outside):
        raise InvalidInputError(
            f"The labels of {classes} classes must be whole numbers from 0 to {classes - 1}; those of {_some(outside)} "
            f"are not (the first is {labels[outside[0]]})."
        )
    return whole


def _some(positions: Iterable[int]) -> str:
    listed = [str(int(each)) for each in positions]
    shown = ", ".join(listed[:3]) + (", …" if len(listed) > 3 else "")
    return f"image{'s' if len(listed) > 1 else ''} {shown}"
