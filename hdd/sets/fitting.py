"""Brings a set that somebody published into the form that this product computes with. Does not import torch.

`corrected` applies what a `Reading` says, and `fitted` fits the result to a data set: normalised by its mean and std,
with its classes in its order. Both record in the provenance what they did.
"""

# pyright: standard

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hdd.errors import InvalidInputError
from hdd.sets.reading import ALPHABETICAL, DATASET, FROM_ONE, IN_ORDER, STRING_ORDER, ZCA, Reading, normalisation
from hdd.sets.synthetic_set import SyntheticSet

if TYPE_CHECKING:
    from hdd.data import Dataset

FILE, READ_AS, FITTED = "file", "read as", "fitted to"
"""Keys of the provenance: the file and what it does not say, the `Reading`, and the data set with what was done."""

VALUES_MEAN, NAMES_UNKNOWN, WHOLE_NUMBERS, LEFT_OUT = "values", "class names unknown", "whole numbers", "left out"
"""Keys of the provenance of the file: the meaning of its numbers that only a data set tells, whether its classes have
names, how its numbers became pixels, if they are whole, and what was found beside its images."""

FOLDER_NUMBERS = "numbers of folders"
"""A value of `NAMES_UNKNOWN`: class folders are numbered, and the number is the label, unless the classes of the data
set have the names of the folders."""


def about_file(synthetic: SyntheticSet) -> dict[str, Any]:
    """What the provenance says of the file that the set was read from; empty if it was read from none."""
    about = synthetic.provenance.get(FILE)
    return dict(about) if isinstance(about, dict) else {}


def corrected(synthetic: SyntheticSet, reading: Reading) -> SyntheticSet:
    """The set as `reading` says it is.

    Raises:
        HDDError: a correction does not fit the set.
    """
    if not reading.given():
        return synthetic
    file = about_file(synthetic)
    changes: dict[str, Any] = {}
    if reading.channels == "bgr":
        if synthetic.images.shape[1] != 3:
            raise InvalidInputError("channels=bgr is not allowed: these images have no colours. Leave it out.")
        changes["images"] = synthetic.images[:, ::-1]
    if reading.decoder is not None:
        changes["decoder"] = reading.decoder
    if reading.values in (DATASET, ZCA):
        file[VALUES_MEAN] = reading.values
    elif reading.values is not None:
        file.pop(VALUES_MEAN, None)
        # Whole numbers have been scaled to pixels from 0 to 1 already.
        values = "unit" if reading.values == "pixels" and WHOLE_NUMBERS in file else reading.values
        changes["mean"], changes["std"] = normalisation(values, synthetic.images.shape[1])
    if reading.classes in (IN_ORDER, ALPHABETICAL):
        file[NAMES_UNKNOWN] = reading.classes
    elif reading.classes == STRING_ORDER:
        if NAMES_UNKNOWN in file:
            file[NAMES_UNKNOWN] = IN_ORDER
        count = len(synthetic.classes)
        changes["labels"] = _relabelled(synthetic.labels, [int(each) for each in sorted(map(str, range(count)))], count)
    elif reading.classes == FROM_ONE:
        if synthetic.labels.ndim == 2 or synthetic.labels.min() < 1:
            raise InvalidInputError(
                f"classes='{FROM_ONE}' is not allowed: the set has soft labels, or an image with the label 0. Leave it "
                "out."
            )
        file[NAMES_UNKNOWN] = IN_ORDER
        changes["labels"] = synthetic.labels - 1
        changes["classes"] = [str(label) for label in range(len(synthetic.classes) - 1)]
    elif reading.classes is not None:
        names = reading.classes.split(",")
        if len(names) != len(synthetic.classes) or len(set(names)) != len(names):
            raise InvalidInputError(
                f"classes names {len(set(names))} classes, but the set has {len(synthetic.classes)}: name each once."
            )
        file.pop(NAMES_UNKNOWN, None)
        changes["classes"] = names
    provenance = {**synthetic.provenance, FILE: file, READ_AS: reading.given()}
    return replace(synthetic, **changes, provenance=provenance)


def _relabelled(labels: np.ndarray, meaning: Sequence[int], count: int) -> np.ndarray:
    """Labels whose number i stood for the class `meaning[i]`, as numbers of these `count` classes."""
    if labels.ndim == 1:
        return np.asarray(meaning)[labels]
    soft = np.zeros((len(labels), count), np.float32)
    soft[:, list(meaning)] = labels
    return soft


def fitted(synthetic: SyntheticSet, data: Dataset) -> SyntheticSet:
    """The set as images of `data`: normalised by its mean and std, and with its classes in its order.

    A class of the data that the set lacks has no images then.

    Raises:
        HDDError: the set has classes that the data lacks, or images of another shape.
    """
    channels, size = synthetic.images.shape[1], tuple(synthetic.images.shape[2:])
    if channels != data.channels or size != data.size:
        ours, theirs = ("×".join(map(str, shape)) for shape in ((channels, *size), (data.channels, *data.size)))
        raise InvalidInputError(
            f"The images of the set are {ours}, but those of {data.name} are {theirs} (channels × height × width): "
            "give the data set that it was distilled from."
        )
    done: list[str] = []
    meaning = _meaning_of_labels(synthetic, data)
    labels = synthetic.labels
    if meaning != list(range(len(data.classes))):
        labels = _relabelled(labels, meaning, len(data.classes))
        done.append("labels: by the order of the classes of the data set")
    images = synthetic.images
    mean, std = ([float(value) for value in values] for values in (data.mean, data.std))
    file = about_file(synthetic)
    values = file.pop(VALUES_MEAN, None)
    own = (list(synthetic.mean), list(synthetic.std))
    if values == ZCA:
        from hdd.sets.whitening import unwhitened

        images, own = unwhitened(images, data), ([0.0] * channels, [1.0] * channels)
        done.append("images: whitening undone")
    if values == DATASET:
        done.append("images: taken as normalised by the mean and std of the data set")
    elif own != (mean, std):
        scale = np.asarray(own[1]) / std
        shift = (np.asarray(own[0]) - mean) / std
        images = images * scale[:, None, None] + shift[:, None, None]
        done.append("images: normalised by the mean and std of the data set")
    file.pop(NAMES_UNKNOWN, None)
    provenance = {**synthetic.provenance, FITTED: {"dataset": data.name, "fingerprint": data.fingerprint, "done": done}}
    if FILE in provenance:
        provenance[FILE] = file
    return SyntheticSet(images, labels, data.classes, tuple(mean), tuple(std), synthetic.decoder, provenance)


def _meaning_of_labels(synthetic: SyntheticSet, data: Dataset) -> list[int]:
    """For each label of the set, the number of its class in the data set."""
    names, known = synthetic.classes, list(data.classes)
    order = about_file(synthetic).get(NAMES_UNKNOWN)
    used = {names[label] for label in np.unique(synthetic.hard_labels)} if synthetic.labels.ndim == 1 else set(names)
    if order is not None and not (order == FOLDER_NUMBERS and used <= set(known)):
        if len(names) > len(known):
            from_one = len(names) == len(known) + 1 and synthetic.counts[0] == 0
            raise InvalidInputError(
                f"The labels of the set go up to {len(names) - 1}, but {data.name} has only the classes 0 to "
                f"{len(known) - 1}: give the data set that it was distilled from."
                + f" If its labels count the classes from 1, read it with classes='{FROM_ONE}'."
                * from_one
            )
        meaning = sorted(range(len(known)), key=known.__getitem__) if order == ALPHABETICAL else list(range(len(known)))
        return meaning[: len(names)]
    if len(set(known)) == len(known) and used <= set(known):
        # A class without images may have a name that only stands for it.
        return [known.index(name) if name in known else 0 for name in names]
    if list(names) == known:
        return list(range(len(known)))
    lacking = [name for name in names if name in used and name not in known]
    raise InvalidInputError(
        f"The set has the class {lacking[0] if lacking else names[0]!r}, but {data.name} does not: give the data set "
        f"that it was distilled from. If its labels number the classes of {data.name}, read it with "
        f"classes='{IN_ORDER}' or classes='{ALPHABETICAL}'."
    )
