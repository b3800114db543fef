"""The tensor that DD-Ranking takes (Li et al. 2025, arXiv 2505.13300): images in class order, soft labels beside it."""

from pathlib import Path

import numpy as np

from hdd.errors import InvalidInputError
from hdd.sets.formats import manifest
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.formats.torch_file import SUFFIXES, is_tensor, read, write
from hdd.sets.formats.trajectory import read_array
from hdd.sets.reading import DATASET
from hdd.sets.synthetic_set import SyntheticSet

_LABELS = "soft_labels"


def _labels_file(path: Path) -> Path:
    return path.with_name(f"{path.stem}.{_LABELS}{path.suffix}")


class DDRanking(Format):
    """A file .pt of one tensor of images in class order, as DD-Ranking takes; NAME.soft_labels.pt may lie beside it."""

    options = ("class_count", "scores")
    suffix = ".pt"

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return path.is_file() and path.suffix.lower() in SUFFIXES and is_tensor(read(path))

    @classmethod
    def load(cls, path: Path, class_count: int | None = None, scores: str | None = None) -> SyntheticSet:
        """See `Format.load`."""
        images = read_array(path)
        if (beside := _labels_file(path)).is_file():
            labels = read_array(beside)
        else:
            count = len(images) if images.ndim else 0
            classes = class_count or cls._classes_of_manifest(path)
            if classes is None:
                raise InvalidInputError(
                    f"{path} holds {count} images without labels: say how many classes they have "
                    "(class_count), or name the data set."
                )
            if count % classes:
                raise InvalidInputError(
                    f"{path} holds {count} images, which are not as many for each of {classes} classes: give another "
                    "class_count."
                )
            labels = np.repeat(np.arange(classes), count // classes)
        return assemble(path, "ddranking", images, labels, values=DATASET, class_count=class_count, scores=scores)

    @staticmethod
    def _classes_of_manifest(path: Path) -> int | None:
        about = manifest.read(path)
        return None if about is None else len(about["classes"])

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        if len(set(synthetic.counts)) > 1:
            raise InvalidInputError(
                "DD-Ranking takes as many images of each class, but this set has "
                f"{min(synthetic.counts)} to {max(synthetic.counts)}: choose another format."
            )
        order = np.argsort(synthetic.hard_labels, kind="stable")
        arrays = {path: synthetic.images}
        if synthetic.labels.ndim == 2:
            arrays[_labels_file(path)] = synthetic.labels
        for place, array in arrays.items():
            write(array[order], place)

    @classmethod
    def losses(cls, synthetic: SyntheticSet) -> list[str]:
        """See `Format.losses`."""
        sorted_already = bool((np.diff(synthetic.hard_labels) >= 0).all())
        return [] if sorted_already else ["The order of the images: they are sorted by class."]

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        if synthetic.labels.ndim == 2:
            beside = f'{path}.with_suffix(".{_LABELS}.pt")'
            return [f"images, labels = (torch.load(file, weights_only=True) for file in ({path}, {beside}))"]
        return [
            f"images = torch.load({path}, weights_only=True)",
            "labels = torch.arange(CLASSES).repeat_interleave(len(images) // CLASSES)",
        ]
