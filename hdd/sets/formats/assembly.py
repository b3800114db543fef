"""Makes a set from the arrays that a file holds, and from what is known of the file."""

from pathlib import Path
from typing import Any

import numpy as np

from hdd.errors import HDDError, InvalidInputError
from hdd.sets.fitting import FILE, NAMES_UNKNOWN, VALUES_MEAN, WHOLE_NUMBERS
from hdd.sets.formats import manifest
from hdd.sets.reading import ARGMAX, IN_ORDER, SOFTMAX
from hdd.sets.synthetic_set import SOFT_SUM_TOLERANCE, SyntheticSet

CHANNELS = (1, 3)
MOST_CLASSES = 100_000
_HIGHEST_LEVEL = 65_535


def assemble(
    path: Path,
    format: str,
    images: np.ndarray,
    labels: np.ndarray,
    *,
    values: str | None,
    classes: list[str] | None = None,
    class_count: int | None = None,
    scores: str | None = None,
    facts: dict[str, Any] | None = None,
) -> SyntheticSet:
    """The set of a file. If a manifest lies beside it, the manifest tells its classes, normalisation and provenance.

    Args:
        path: of the file or folder.
        format: its name.
        images: (M, channels, H, W) numbers; whole numbers and bools are pixels, see `_fractions`.
        labels: (M,), or (M, C) soft labels or scores.
        values: what the family's numbers usually mean, as in `hdd.sets.Reading`; None if they are pixels in [0, 1], as
            whole numbers become.
        classes: names in label order; None if the file has none. With `NAMES_UNKNOWN` among `facts` they are none for
            certain.
        class_count, scores: as in `hdd.sets.Reading`.
        facts: what else the file says, for the provenance.

    Raises:
        HDDError: the arrays are no set; the message names the file.
    """
    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return _assembled(path, format, images, labels, values, classes, class_count, scores, facts or {})
    except HDDError as error:
        raise type(error)(f"{path}: {error}") from None


def _assembled(
    path: Path,
    format: str,
    images: np.ndarray,
    labels: np.ndarray,
    values: str | None,
    classes: list[str] | None,
    class_count: int | None,
    scores: str | None,
    facts: dict[str, Any],
) -> SyntheticSet:
    if images.dtype.kind not in "fiub":
        raise InvalidInputError(f"The images are of the type {images.dtype}, but real numbers are expected.")
    if images.ndim != 4 or images.shape[1] not in CHANNELS:
        raise InvalidInputError(
            f"The images have the shape {images.shape}, but (count, channels, height, width) with 1 or 3 channels "
            "is expected."
        )
    about = manifest.read(path)
    pixels = ""
    if images.dtype.kind != "f":
        (images, pixels), values = _fractions(images), None
    hard, done = _labels(labels, scores)
    count = hard.shape[1] if hard.ndim == 2 else int(hard.max()) + 1 if hard.size else 0
    if about is not None:
        if pixels:
            channels = images.shape[1]
            if not len(about["mean"]) == len(about["std"]) == channels:
                raise InvalidInputError(
                    f"Its manifest has {len(about['mean'])} numbers as mean and {len(about['std'])} as std, but its "
                    f"images have {channels} channels: export the set again."
                )
            mean, std = (np.array(about[name], np.float32)[:, None, None] for name in ("mean", "std"))
            images = (images - mean) / std
        return SyntheticSet(images, hard, **about)
    wanted = max(count, class_count or 0, len(classes or ()))
    if wanted > MOST_CLASSES:
        raise InvalidInputError(f"The labels go up to {wanted - 1}; at most {MOST_CLASSES} classes are read.")
    if hard.ndim == 2 and wanted > count:
        hard = np.pad(hard, ((0, 0), (0, wanted - count)))
    file = {"name": path.name, "format": format, "sha256": manifest.checksum(path), **done, **facts}
    if pixels:
        file[WHOLE_NUMBERS] = pixels
    if values is not None:
        file[VALUES_MEAN] = values
    if classes is None:
        file[NAMES_UNKNOWN] = IN_ORDER
        classes = []
    if NAMES_UNKNOWN in file:
        classes = [*classes, *map(str, range(len(classes), wanted))]
    channels = images.shape[1]
    return SyntheticSet(images, hard, tuple(classes), (0,) * channels, (1,) * channels, provenance={FILE: file})


def _fractions(images: np.ndarray) -> tuple[np.ndarray, str]:
    """Pixels in [0, 1], float32, of images of whole numbers or bools, and which of them became black and white.

    Whole numbers are no normalised values. They are scaled as the pictures of a folder are: the levels from 0 to
    2ᵇ − 1 become 0 to 1, where b is the smallest number of bits that holds all of them, and at least 8.
    """
    if images.dtype.kind == "b":
        return images.astype(np.float32), "False and True become black and white"
    low, high = (int(images.min()), int(images.max())) if images.size else (0, 0)
    if low < 0 or high > _HIGHEST_LEVEL:
        raise InvalidInputError(
            f"The images are whole numbers from {low} to {high}, which are neither pixels from 0 to "
            f"{_HIGHEST_LEVEL:,} nor normalised values: save pixels as whole numbers from 0 to 255, and normalised "
            "values as float32."
        )
    top = 2 ** max(8, high.bit_length()) - 1
    return (images / np.float32(top)).astype(np.float32, copy=False), f"0 to {top:,} become black to white"


def _labels(labels: np.ndarray, scores: str | None) -> tuple[np.ndarray, dict[str, Any]]:
    """Hard or soft labels, and for the provenance how they came from scores, if they did."""
    if labels.ndim not in (1, 2) or 0 in labels.shape[1:]:
        raise InvalidInputError(
            f"The labels have the shape {labels.shape}, but (count,) is expected, or (count, classes) if they are soft."
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind not in "fiub" or not np.isfinite(labels).all():
        raise InvalidInputError("The labels are not all finite numbers.")
    if labels.ndim != 2:
        return labels, {}
    soft = labels.astype(np.float64)
    if (soft >= 0).all() and (np.abs(soft.sum(axis=1) - 1) <= SOFT_SUM_TOLERANCE).all() and scores is None:
        return labels, {}
    done = {"scores": scores or ARGMAX, "lowest score": float(soft.min()), "highest score": float(soft.max())}
    if scores != SOFTMAX:
        return soft.argmax(axis=1), done
    powers = np.exp(soft - soft.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32), done
