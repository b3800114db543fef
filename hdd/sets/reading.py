"""How a file is to be read, where it does not say so itself or says it wrongly. Does not import torch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from hdd.errors import InvalidInputError
from hdd.sets.decoders import DECODERS

DATASET, ZCA = "dataset", "zca"
IN_ORDER, STRING_ORDER, ALPHABETICAL, FROM_ONE = "in order", "string order", "alphabetical", "from one"
ARGMAX, SOFTMAX = SCORES = ("argmax", "softmax")

NORMALISATIONS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "unit": ((0.0,), (1.0,)),
    "pixels": ((0.0,), (1 / 255,)),
    "symmetric": ((0.5,), (0.5,)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "cifar10 mean std": ((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
}
"""What numbers mean, by name: mean and std for pixels in [0, 1], one for each channel or one for all. The deviations of
CIFAR-10 that some code uses are smaller than its own: means, over the images, of the deviation within an image."""

VALUES = (DATASET, *NORMALISATIONS, ZCA)


@dataclass(frozen=True)
class Reading:
    """How a file is to be read. What is None is as the file says, or as its family usually is.

    Attributes:
        experiment: which of several repeated experiments in one file, from 0.
        scores: labels that are scores and no probabilities become hard by their largest score ("argmax") or soft
            ("softmax").
        class_count: number of classes, where a file has none, or more than its labels show.
        values: what the numbers of the images mean, one of `VALUES`, or MEAN/STD as in 0.5,0.5,0.5/0.25,0.25,0.25.
            "dataset" is the normalisation of the data set with which the set is compared, and "zca" its whitening.
        channels: "rgb", or "bgr" for images whose red and blue are exchanged.
        decoder: how stored images become images to train on, a key of `hdd.sets.decoders.DECODERS`.
        classes: whose images the labels number: names in label order, joined by commas; or "in order", those of the
            data set in its order; or "alphabetical", those in alphabetical order; or "string order", the numbers
            of the classes sorted as texts (0, 1, 10, 11, 2, …); or "from one", those of the data set in its order,
            of which the first has the label 1.

    Raises:
        HDDError: a value is not allowed.
    """

    experiment: int | None = None
    scores: str | None = None
    class_count: int | None = None
    values: str | None = None
    channels: str | None = None
    decoder: str | None = None
    classes: str | None = None

    def __post_init__(self) -> None:
        """Checks the values."""
        for name, least in (("experiment", 0), ("class_count", 1)):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < least):
                raise InvalidInputError(f"{name}={value!r} is not allowed: give a whole number ≥ {least}.")
        for name, allowed in (("scores", SCORES), ("channels", ("rgb", "bgr")), ("decoder", tuple(DECODERS))):
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise InvalidInputError(f"{name}={value!r} is not allowed: give one of {', '.join(allowed)}.")
        if self.values is not None and self.values not in VALUES:
            _parsed(self.values)

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> Reading:
        """Makes one from texts of the form NAME=VALUE.

        Raises:
            HDDError: a text has another form, a name is unknown or given twice, or a value is not allowed.
        """
        known = {each.name for each in fields(cls)}
        given: dict[str, Any] = {}
        for text in texts:
            name, equals, value = text.partition("=")
            if not equals or name not in known or name in given:
                raise InvalidInputError(
                    f"{text!r} does not say how to read the set: write NAME=VALUE, each once, with the names "
                    f"{', '.join(sorted(known))}."
                )
            whole = name in ("experiment", "class_count") and value.isdecimal()
            given[name] = int(value) if whole else value
        return cls(**given)

    def given(self) -> dict[str, Any]:
        """What was given, JSON-compatible."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not None}


def _parsed(values: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and std that a name of `NORMALISATIONS`, or a text MEAN/STD, stands for."""
    if values in NORMALISATIONS:
        return NORMALISATIONS[values]
    try:
        mean, std = (tuple(map(float, part.split(","))) for part in values.split("/"))
        right = np.isfinite([*mean, *std]).all() and min(std) > 0
    except ValueError:
        mean, std, right = (), (), False
    if not right:
        raise InvalidInputError(
            f"values={values!r} is not allowed: give one of {', '.join(VALUES)}, or MEAN/STD with one number for "
            "each channel, as in 0.5,0.5,0.5/0.25,0.25,0.25."
        )
    return mean, std


def normalisation(values: str, channels: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and std of each channel that a name of `NORMALISATIONS`, or a text MEAN/STD, stands for.

    Raises:
        HDDError: it stands for none, or for another number of channels.
    """
    mean, std = _parsed(values)
    if not {len(mean), len(std)} <= {1, channels}:
        raise InvalidInputError(
            f"values={values!r} is for images of {len(mean)} channels, but these have {channels}: give another one."
        )
    return tuple(np.resize(mean, channels).tolist()), tuple(np.resize(std, channels).tolist())
