"""Makes a set from the arrays that a file holds, and from what is known of the file."""

from pathlib import Path
from typing import Any

import numpy as np

from hdd.errors import HDDError, InvalidInputError
from hdd.sets.fitting import FILE, NAMES_UNKNOWN, VALUES_MEAN
from hdd.sets.formats import manifest
from hdd.sets.reading import ARGMAX, IN_ORDER, SOFTMAX
from hdd.sets.synthetic_set import SOFT_SUM_TOLERANCE, SyntheticSet

CHANNELS = (1, 3)
MOST_CLASSES = 100_000


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
        images: (M, channels, H, W) numbers; uint8 are pixels.
        labels: (M,), or (M, C) soft labels or scores.
        values: what the family's numbers usually mean, as in `hdd.sets.Reading`; None if they are pixels in [0, 1].
        classes: names in label order; None if the file has none.
        class_count, scores: as in `hdd.sets.Reading`.
        facts: what else the file says, for the provenance.

    Raises:
        HDDError: the arrays are no set; the message names the file.
    """
    try:
        with np.errstate(over="ignore", invalid="ignore"):
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
    if images.ndim != 4 or images.shape[1] not in CHANNELS or images.dtype.kind not in "fiub":
        raise InvalidInputError(
            f"The images have the shape {images.shape}, but (count, channels, height, width) with 1 or 3 channels "
            "is expected."
        )
    about = manifest.read(path)
    pixels = images.dtype == np.uint8
    if pixels:
        images, values = images / np.float32(255), None
    hard, done = _labels(labels, scores)
    count = hard.shape[1] if hard.ndim == 2 else int(hard.max()) + 1 if hard.size else 0
    if about is not None:
        if pixels:
            mean, std = (np.array(about[name], np.float32)[:, None, None] for name in ("mean", "std"))
            images = (images - mean) / std
        return SyntheticSet(images, hard, **about)
    wanted = max(count, class_count or 0, len(classes or ()))
    if wanted > MOST_CLASSES:
        raise InvalidInputError(f"The labels go up to {wanted - 1}; at most {MOST_CLASSES} classes are read.")
    if hard.ndim == 2 and wanted > count:
        hard = np.pad(hard, ((0, 0), (0, wanted - count)))
    file = {"name": path.name, "format": format, "sha256": manifest.checksum(path), **done, **facts}
    if values is not None:
        file[VALUES_MEAN] = values
    if classes is None:
        file[NAMES_UNKNOWN] = IN_ORDER
        classes = [str(label) for label in range(wanted)]
    channels = images.shape[1]
    return SyntheticSet(images, hard, tuple(classes), (0,) * channels, (1,) * channels, provenance={FILE: file})


def _labels(labels: np.ndarray, scores: str | None) -> tuple[np.ndarray, dict[str, Any]]:
    """Hard or soft labels, and for the provenance how they came from scores, if they did."""
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
