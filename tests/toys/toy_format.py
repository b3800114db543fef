"""The smallest format: one file of NumPy arrays."""

import json
import zipfile
from pathlib import Path

import numpy as np

from hdd.errors import HDDError
from hdd.sets import Format, SyntheticSet


class Npz(Format):
    """A file .npz with images, labels and a text about them."""

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return path.is_file() and path.suffix == ".npz"

    @classmethod
    def load(cls, path: Path) -> SyntheticSet:
        """See `Format.load`."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return SyntheticSet(arrays["images"], arrays["labels"], **json.loads(str(arrays["about"])))
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise HDDError(f"The distilled set in {path} is damaged ({error}).") from None

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        about = {name: getattr(synthetic, name) for name in ("classes", "mean", "std", "decoder", "provenance")}
        with path.open("wb") as file:
            np.savez(file, images=synthetic.images, labels=synthetic.labels, about=json.dumps(about))
