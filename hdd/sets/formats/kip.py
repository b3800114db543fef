"""Files `.npz` with images (M, H, W, channels) and labels, as KIP publishes (Nguyen et al. 2021, arXiv 2107.13034)."""

import math
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from hdd.errors import InvalidInputError, StorageError
from hdd.memory import check_memory
from hdd.sets.formats.assembly import CHANNELS, assemble
from hdd.sets.formats.base import Format
from hdd.sets.reading import DATASET
from hdd.sets.synthetic_set import SyntheticSet

IMAGES, LABELS = "images", "labels"
_MEMBERS = {f"{IMAGES}.npy", f"{LABELS}.npy"}
_MOST_COMPRESSED = 1032
"""By this factor a ZIP compresses at most; a file that declares more is not read."""

_HEADER = re.compile(
    rb"\{'descr': '([<>|=]?[fiub?]\d*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \}\s*"
)
"""The header of an array as NumPy writes it; one of objects, which would have to be unpickled, is not among them."""

_ERRORS = (OSError, ValueError, KeyError, TypeError, EOFError, NotImplementedError, RuntimeError, MemoryError)


class KIP(Format):
    """A file .npz with the arrays images (count, height, width, channels) and labels, as KIP publishes."""

    options = ("class_count", "scores")
    suffix = ".npz"

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`. Other packages may have formats with this suffix, but with other arrays."""
        if not path.is_file() or path.suffix.lower() != ".npz":
            return False
        try:
            with zipfile.ZipFile(path) as archive:
                return set(archive.namelist()) == _MEMBERS
        except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
            return False

    @classmethod
    def load(cls, path: Path, class_count: int | None = None, scores: str | None = None) -> SyntheticSet:
        """See `Format.load`."""
        try:
            with zipfile.ZipFile(path) as archive:
                declared = sum(member.file_size for member in archive.infolist())
                if declared > 4096 + _MOST_COMPRESSED * path.stat().st_size:
                    raise ValueError(f"it declares {declared} bytes, which are too many for its size")
                images, labels = (_array(archive, f"{name}.npy") for name in (IMAGES, LABELS))
        except (*_ERRORS, zipfile.BadZipFile, zlib.error) as error:
            raise StorageError(
                f"The distilled set in {path} is damaged ({type(error).__name__}: {error}): fetch it again."
            ) from None
        if images.ndim != 4 or images.shape[3] not in CHANNELS:
            raise InvalidInputError(
                f"{path}: The images have the shape {images.shape}, but (count, height, width, channels) with 1 or 3 "
                "channels is expected in an .npz. If their channels come second, save images.transpose(0, 2, 3, 1)."
            )
        return assemble(
            path, "kip", images.transpose(0, 3, 1, 2), labels, values=DATASET, class_count=class_count, scores=scores
        )

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        with path.open("wb") as file:
            arrays: dict[str, Any] = {IMAGES: synthetic.images.transpose(0, 2, 3, 1), LABELS: synthetic.labels}
            np.savez(file, **arrays)

    @classmethod
    def loading_code(cls, path: str, synthetic: SyntheticSet) -> list[str]:
        """See `Format.loading_code`."""
        return [
            f"arrays = numpy.load({path})",
            'images, labels = torch.tensor(arrays["images"]).permute(0, 3, 1, 2), torch.tensor(arrays["labels"])',
        ]


def _array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """An array of the archive, whose declared size is compared with that of its bytes before they are read."""
    member = archive.getinfo(name)
    with archive.open(member) as file:
        start = file.read(8)
        wide = start[6:7] > b"\x01"
        length = int.from_bytes(file.read(4 if wide else 2), "little")
        header = _HEADER.fullmatch(file.read(length))
        if start[:6] != b"\x93NUMPY" or header is None:
            raise ValueError(f"{name} is no array of numbers")
        number_type, fortran, sides = np.dtype(header[1].decode()), header[2] == b"True", header[3].split(b",")
        shape = tuple(int(side) for side in sides if side.strip())
        size = math.prod(shape) * number_type.itemsize
        if size > member.file_size:
            raise ValueError(f"{name} declares the shape {shape}, which is larger than the file")
        # As they are stored, and as float32 in two orders.
        check_memory(size + 8 * math.prod(shape), f"The {name} in {archive.filename}", "give a smaller set")
        return np.frombuffer(file.read(), number_type, math.prod(shape)).reshape(shape, order="F" if fortran else "C")
