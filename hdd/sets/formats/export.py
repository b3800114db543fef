"""This project's own export format, which is exact, easy to read, and free of pickle."""

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import save

from hdd.errors import HDDError, StorageError
from hdd.files import read_regular
from hdd.sets.formats import record
from hdd.sets.formats.base import Format
from hdd.sets.formats.tensors import tensors_of
from hdd.sets.synthetic_set import SyntheticSet

MANIFEST, TENSORS = "set.json", "set.safetensors"
VERSION = 1


class ExportFolder(Format):
    """A folder with set.safetensors (images, labels) and set.json (classes, normalisation, decoder, provenance)."""

    has_manifest = True

    @classmethod
    def knows(cls, path: Path) -> bool:
        """As `Format.knows`."""
        return (path / MANIFEST).is_file()

    @classmethod
    def load(cls, path: Path) -> SyntheticSet:
        """As `Format.load`."""
        try:
            about = record.read(path / MANIFEST, VERSION)
        except (OSError, ValueError) as error:
            raise StorageError(
                f"The synthetic set in {path} is damaged ({MANIFEST}: {error}): export it again."
            ) from None
        try:
            tensors = tensors_of(read_regular(path / TENSORS))
            images, labels = tensors["images"], tensors["labels"]
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise StorageError(
                f"The synthetic set in {path} is damaged ({TENSORS}: {type(error).__name__}: {error}): export it again."
            ) from None
        if images.dtype.kind != "f" or labels.dtype.kind not in "iuf":
            raise StorageError(
                f"The synthetic set in {path} is damaged ({TENSORS} holds images of the type {images.dtype} and labels "
                f"of the type {labels.dtype}, but normalised floating-point numbers and numbers are expected): export "
                "it again."
            )
        try:
            return SyntheticSet(images, labels, **{name: about[name] for name in record.FIELDS})
        except HDDError as error:
            raise type(error)(f"{path}: {error}") from None

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """As `Format.save`."""
        about = {
            "version": VERSION,
            "classes": list(synthetic.classes),
            "mean": list(synthetic.mean),
            "std": list(synthetic.std),
            "decoder": synthetic.decoder,
            "provenance": dict(synthetic.provenance),
        }
        path.mkdir(parents=True, exist_ok=True)
        tensors = {"images": synthetic.images, "labels": np.ascontiguousarray(synthetic.labels)}
        (path / TENSORS).write_bytes(save(tensors))
        # The manifest is written last, because it is what marks the folder as a set.
        text = json.dumps(about, indent=2, ensure_ascii=False)
        (path / MANIFEST).write_text(text, encoding="utf-8", errors="backslashreplace")

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """As `Format.loading_code`."""
        return [
            f'tensors = safetensors.torch.load_file({path} / "{TENSORS}")',
            'images, labels = tensors["images"], tensors["labels"]',
        ]
