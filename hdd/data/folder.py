"""Image folders: PATH/train/CLASS/… and PATH/test/CLASS/…, the layout of torchvision's ImageFolder.

The extension of a file decides whether it is an image (`EXTENSIONS`, upper or lower case). Images may be in the class
folder or in folders below it, and they are sorted by their paths. Symbolic links are followed, but no folder is read
twice for a class. Names that start with a dot and files with other extensions are ignored.

Images are turned upright by their EXIF orientation, transparency is dropped, and only the first of several frames is
read. If all images of both splits are stored in shades of grey (Pillow's modes 1, L, LA), the data set has one channel;
otherwise it has three (RGB). Images with 16-bit or floating-point pixels (modes I, F) are refused, because their range
is unknown.
"""

import hashlib
import io
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError

from hdd.data.cache import Source
from hdd.data.splits import Splits
from hdd.errors import DataError, InvalidInputError
from hdd.progress import Progress

EXTENSIONS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
SIZES = range(8, 1025)

_FORMATS = ("JPEG", "PNG", "PPM", "BMP", "TIFF", "WEBP")
_GREY_MODES = ("1", "L", "LA")
_CHUNK = 64

# A plain tuple, because named fields would cost a tenth of a second for 60,000 files at every load.
_File = tuple[str, int, int]  # path, bytes, modification time in ns
_Classes = dict[str, list[_File]]


class _Picture(NamedTuple):
    pixels: np.ndarray  # uint8 (H, W, 3)
    grey: bool


def folder_source(path: str, size: int | None, progress: Progress | None) -> Source:
    """The images below `path`; `size` and `progress` are as in `hdd.data.load`.

    The manifest covers the path, length and modification time of each image, so changed, added, removed and renamed
    files are noticed. Only a change that keeps both the length and the time of a file is not noticed.

    Raises HDDError if the folder has another layout. Reading the source raises HDDError for images that cannot be read,
    or that differ in size when no `size` is given.
    """
    if size is not None and size not in SIZES:
        raise InvalidInputError(
            f"The image size {size} is not a whole number from {SIZES[0]} to {SIZES[-1]}: give the side in pixels."
        )
    try:
        root = Path(path).expanduser().resolve()
        train, test = _scan(root / "train"), _scan(root / "test")
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(f"The image folder '{path}' cannot be read: {error}.") from error
    if train.keys() != test.keys():
        only = {"train": train.keys() - test.keys(), "test": test.keys() - train.keys()}
        found = "; ".join(f"only in {split}: {_some(names)}" for split, names in only.items() if names)
        raise DataError(
            f"The class folders of train and test in {root} must be the same ({found}): add or remove class folders."
        )
    place = hashlib.sha256(repr((str(root), size)).encode()).hexdigest()
    manifest = hashlib.sha256(repr((train, test)).encode()).hexdigest()
    return Source(f"folder-{place[:16]}", manifest, partial(_read, train, test, size, progress))


def _scan(folder: Path) -> _Classes:
    if not folder.is_dir():
        raise DataError(
            f"There is no folder {folder}: folder:PATH needs PATH/train and PATH/test, each with a folder per class."
        )
    names = sorted(item.name for item in folder.iterdir() if item.is_dir() and not item.name.startswith("."))
    if len(names) < 2:
        raise DataError(f"{folder} needs a folder for each class and at least two classes; it has {len(names)}.")
    classes = {name: _images_below(folder / name) for name in names}
    if empty := [name for name, files in classes.items() if not files]:
        raise DataError(
            f"{folder} has no image in {_some(empty)}: each class needs at least one ({' '.join(EXTENSIONS)})."
        )
    return classes


def _images_below(folder: Path) -> list[_File]:
    def fail(error: OSError) -> None:
        raise error

    files, seen = [], set()
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=fail):
        if (place := Path(parent).resolve()) in seen:
            folders.clear()
            continue
        seen.add(place)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.lower().endswith(EXTENSIONS) and not name.startswith("."):
                path = f"{parent}{os.sep}{name}"
                status = os.stat(path)  # noqa: PTH116 (Path takes as long again, on every load)
                files.append((path, status.st_size, status.st_mtime_ns))
    return sorted(files)


def _read(train: _Classes, test: _Classes, size: int | None, progress: Progress | None) -> Splits:
    files = [file for split in (train, test) for images in split.values() for file in images]
    train_labels, test_labels = (
        torch.tensor([label for label, images in enumerate(split.values()) for _ in images]) for split in (train, test)
    )
    images = torch.from_numpy(_decode(files, size, progress))
    train_images, test_images = images.split([len(train_labels), len(test_labels)])
    return Splits(train_images, train_labels, test_images, test_labels, tuple(train))


def _decode(files: list[_File], size: int | None, progress: Progress | None) -> np.ndarray:
    """The pixels of all files: uint8 (N, 1 or 3, H, W)."""
    # Small images take most of their time in Python, where a second thread would only compete for the interpreter lock.
    small = sum(length for _, length, _ in files) < len(files) * 16_384
    starts = range(0, len(files), _CHUNK)
    images, shape, grey, problems = None, None, True, []
    with ThreadPoolExecutor(1 if small else os.cpu_count()) as pool:
        chunks = pool.map(lambda start: [_open(path, size) for path, *_ in files[start : start + _CHUNK]], starts)
        for start, chunk in zip(starts, chunks, strict=True):
            for number, picture in enumerate(chunk, start):
                path = files[number][0]
                if isinstance(picture, str):
                    problems.append(f"{path} cannot be read as an image ({picture}): repair or remove it.")
                    continue
                if images is None:
                    first, shape = path, picture.pixels.shape
                    images = np.empty((len(files), 3, *shape[:2]), np.uint8)
                if picture.pixels.shape != shape:
                    problems.append(
                        f"{path} is {_size(picture.pixels)} pixels but {first} is {_size(images[0, 0])}: "
                        "--set image_size=N crops and resizes all images to N×N."
                    )
                    continue
                images[number] = picture.pixels.transpose(2, 0, 1)
                grey &= picture.grey
            if progress is not None:
                progress(start + len(chunk), len(files))
    if problems:
        others = f" {len(problems) - 1} more of the {len(files)} images have problems." if problems[1:] else ""
        raise DataError(problems[0] + others)
    assert images is not None, "an image that cannot be read is a problem"
    return np.ascontiguousarray(images[:, :1]) if grey else images


def _open(path: str, size: int | None) -> _Picture | str:
    """The picture, or the reason why it cannot be read."""
    try:
        # The file is read at once, because Pillow's many small reads take longer than decoding a small image.
        with Image.open(io.BytesIO(Path(path).read_bytes()), formats=_FORMATS) as image:
            ImageOps.exif_transpose(image, in_place=True)
            if image.mode.startswith(("I", "F")):
                return f"its pixels are not 8-bit but of mode {image.mode}"
            grey = image.mode in _GREY_MODES
            opaque = image.convert("RGBA") if image.mode == "P" and "transparency" in image.info else image
            pixels = opaque.convert("RGB")
    except UnidentifiedImageError:
        return "no known image format"
    except Exception as error:  # On damaged files Pillow's decoders can raise anything.
        return str(error) or type(error).__name__
    if size is not None:
        pixels = ImageOps.fit(pixels, (size, size), Image.Resampling.BILINEAR)
    return _Picture(np.asarray(pixels), grey)


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]}×{pixels.shape[0]}"


def _some(names: Iterable[str]) -> str:
    first, *others = sorted(names)
    return f"'{first}' and {len(others)} more" if others else f"'{first}'"
