"""Files `.safetensors` with the tensors images and labels."""

# pyright: standard

from pathlib import Path
from typing import cast

import numpy as np
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from hdd.errors import StorageError
from hdd.sets.formats.assembly import assemble
from hdd.sets.formats.base import Format
from hdd.sets.reading import DATASET
from hdd.sets.synthetic_set import SyntheticSet

_TYPES = {
    "BOOL": "?",
    **{f"F{8 * size}": f"<f{size}" for size in (2, 4, 8)},
    **{f"{kind}{8 * size}": f"<{kind.lower()}{size}" for kind in "IU" for size in (1, 2, 4, 8)},
}


def tensors_of(content: bytes) -> dict[str, np.ndarray]:
    """The tensors in the bytes of a safetensors file by name; bfloat16, which NumPy has not, becomes float32.

    Raises:
        SafetensorError: it is damaged.
        ValueError: a tensor has numbers of another type.
    """
    found: dict[str, np.ndarray] = {}
    for name, about in deserialize(content):
        raw, kind = cast(bytes, about["data"]), cast(str, about["dtype"])
        if kind == "BF16":
            numbers = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
        elif kind in _TYPES:
            numbers = np.frombuffer(raw, _TYPES[kind])
        else:
            raise ValueError(f"{name} has numbers of the type {kind}: save them as float32")
        found[name] = numbers.reshape(cast(list[int], about["shape"]))
    return found


class Tensors(Format):
    """A file .safetensors with the tensors images (count, channels, height, width) and labels."""

    options = ("class_count", "scores")
    suffix = ".safetensors"

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return path.is_file() and path.suffix.lower() == ".safetensors"

    @classmethod
    def load(cls, path: Path, class_count: int | None = None, scores: str | None = None) -> SyntheticSet:
        """See `Format.load`."""
        try:
            tensors = tensors_of(path.read_bytes())
            images, labels = tensors["images"], tensors["labels"]
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise StorageError(
                f"{path} has no tensors images and labels that can be read ({type(error).__name__}: {error}): give a "
                "file that has both."
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
