"""Files `images_best.pt` and `labels_best.pt` of trajectory matching: MTT, TESLA, FTD, DATM."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from hdd.errors import InvalidInputError, StorageError
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.formats.torch_file import SUFFIXES, array_of, explain_damage, read, write
from hdd.sets.reading import DATASET
from hdd.sets.synthetic_set import SyntheticSet

_BEST = "images_best.pt"


def _images_file(path: Path) -> Path | None:
    """The file of the images: `path` itself, or images_best.pt in that folder; None if there is none."""
    if path.is_dir():
        return path / _BEST if (path / _BEST).is_file() else None
    return (
        path if path.is_file() and re.match(r"(ema_)?images", path.name) and path.suffix.lower() in SUFFIXES else None
    )


def _beside(images: Path, *names: str) -> Path | None:
    """The file that lies beside that of the images and has one of these names in place of "images"."""
    places = [images.with_name(images.name.replace("images", name, 1)) for name in names]
    return next((place for place in places if place.is_file()), None)


def read_array(path: Path) -> np.ndarray:
    """The one tensor that a file holds.

    Raises:
        HDDError: it is damaged, or holds something else.
    """
    found = read(path)
    with explain_damage(path):
        array = array_of(found)
    if array is None:
        raise InvalidInputError(f"{path} does not hold one tensor, so it is no file of images or labels.")
    return array


class Trajectory(Format):
    """Files images_best.pt and labels_best.pt, as MTT, TESLA, FTD and DATM publish; give the folder or the first."""

    options = ("class_count", "scores")

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        images = _images_file(path)
        return images is not None and _beside(images, "labels") is not None

    @classmethod
    def load(cls, path: Path, class_count: int | None = None, scores: str | None = None) -> SyntheticSet:
        """See `Format.load`."""
        images = _images_file(path)
        labels = None if images is None else _beside(images, "labels")
        if images is None or labels is None:
            raise StorageError(f"There are no images_best.pt and labels_best.pt at {path}.")
        facts: dict[str, Any] = {"labels": labels.name}
        if rate := _beside(images, "lr", "syn_lr"):
            rates = read_array(rate)
            if rates.size == 1 and np.isfinite(rates).all():
                facts["learning rate in the file"] = float(rates.ravel()[0])
        return assemble(
            path, "trajectory", read_array(images), read_array(labels),
            values=DATASET, class_count=class_count, scores=scores, facts=facts,
        )  # fmt: skip

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        path.mkdir(parents=True, exist_ok=True)
        write(synthetic.images, path / _BEST)
        write(synthetic.labels, path / "labels_best.pt")

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        return [f'{name} = torch.load({path} / "{name}_best.pt", weights_only=True)' for name in ("images", "labels")]
