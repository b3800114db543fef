"""Files `.safetensors` with the tensors images and labels."""

from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from hdd.errors import StorageError
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.reading import DATASET
from hdd.sets.synthetic_set import SyntheticSet


class Tensors(Format):
    """A file .safetensors with the tensors images (count, channels, height, width) and labels."""

    options = ("class_count", "scores")
    suffix = ".safetensors"

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return path.is_file() and path.suffix == ".safetensors"

    @classmethod
    def load(cls, path: Path, class_count: int | None = None, scores: str | None = None) -> SyntheticSet:
        """See `Format.load`."""
        try:
            tensors: dict[str, Any] = load(path.read_bytes())
            images, labels = tensors["images"], tensors["labels"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
            raise StorageError(
                f"{path} has no tensors images and labels, or is damaged ({type(error).__name__}: {error})."
            ) from None
        return assemble(path, "safetensors", images, labels, values=DATASET, class_count=class_count, scores=scores)

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        path.write_bytes(save({"images": synthetic.images, "labels": np.ascontiguousarray(synthetic.labels)}))

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        return [
            f"tensors = safetensors.torch.load_file({path})",
            'images, labels = tensors["images"], tensors["labels"]',
        ]
