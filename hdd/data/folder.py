"""Image folders as data sets: `hdd.data.layouts` finds the images, and `hdd.data.pictures` reads each of them.

If all images of both parts are stored in shades of grey, the data set has one channel; otherwise it has three (RGB).

If some pixels have more than 8 bits, one rule scales all of these images: 0 to 2ᵇ − 1 becomes 0 to 255, where b is the
smallest number of bits that holds every one of their pixels, and at least 8. So the 12 bits of a camera that are stored
as 16 use the full range, and images can still be compared with each other.
"""

import hashlib
import operator
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from hdd.cores import usable_cores
from hdd.data.cache import Source
from hdd.data.layouts import SKIP, Classes, Contents, File, scan
from hdd.data.pictures import DEEP_COLOUR, Picture, picture_size, read_picture, to_8_bits
from hdd.data.splits import Splits
from hdd.errors import DataError, InvalidInputError
from hdd.memory import check_memory
from hdd.progress import Progress

SIZES = range(8, 1025)

_CHUNK = 64
DARK = 128
"""A set of images with more than 8 bits whose brightest level is below this does not use all of its bits."""

_NAMED = 10
"""So many of the images that are left out are named."""


class _Decoded(NamedTuple):
    images: np.ndarray  # uint8 (M, 1 or 3, H, W)
    kept: np.ndarray  # int64 (M,), ascending: the indices of the files that were read.
    notes: list[str]


def folder_source(path: str, size: int | None, unreadable: str, progress: Progress | None) -> Source:
    """The images below `path`; the other arguments are as in `hdd.data.load`.

    The manifest covers the path, length and modification time of each image, so changed, added, removed and renamed
    files are noticed. Only a change that keeps both the length and the time of a file is not noticed.

    Raises HDDError if the folder has another layout. Reading the source raises HDDError for images that cannot be read,
    unless they are skipped, and for images that differ in size when no `size` is given.
    """
    try:
        size = None if size is None else operator.index(size)
    except TypeError:
        whole = False
    else:
        whole = size is None or size in SIZES
    if not whole:
        raise InvalidInputError(
            f"The image size {size} is not a whole number from {SIZES[0]} to {SIZES[-1]}: give the side in pixels."
        )
    try:
        root = Path(path).expanduser().resolve()
        contents = scan(root)
    except (OSError, RuntimeError, ValueError) as error:
        raise DataError(f"The image folder '{path}' cannot be read: {error}.") from error
    place = hashlib.sha256(repr((str(root), size, unreadable)).encode()).hexdigest()
    manifest = hashlib.sha256(repr(tuple(contents)).encode()).hexdigest()
    return Source(f"folder-{place[:16]}", manifest, partial(_read, root, contents, size, unreadable == SKIP, progress))


def _read(root: Path, contents: Contents, size: int | None, skip: bool, progress: Progress | None) -> Splits:
    files = [file for part in (contents.train, contents.test) for images in part.values() for file in images]
    images, kept, notes = _decode(root, files, size, skip, progress)
    train_count = sum(map(len, contents.train.values()))
    middle = int(np.searchsorted(kept, train_count))
    train_labels = _labels(contents.train, kept[:middle], "training")
    test_labels = _labels(contents.test, kept[middle:] - train_count, "test")
    train_images, test_images = torch.from_numpy(images).split([middle, len(kept) - middle])
    all_notes = (*contents.notes, *notes)
    return Splits(train_images, train_labels, test_images, test_labels, contents.names, all_notes)


def _labels(part: Classes, kept: np.ndarray, name: str) -> torch.Tensor:
    labels = np.repeat(np.arange(len(part)), [len(files) for files in part.values()])[kept]
    if missing := [each for label, each in enumerate(part) if label not in labels]:
        raise DataError(f"No {name} image of the class '{missing[0]}' can be read: each class needs at least one.")
    return torch.from_numpy(labels)


def _decode(root: Path, files: list[File], size: int | None, skip: bool, progress: Progress | None) -> _Decoded:
    images, first, grey = None, "", True
    kept: list[int] = []
    deep: dict[int, np.ndarray] = {}
    unreadable: list[str] = []
    misfits: list[str] = []
    remarks: Counter[str] = Counter()
    brightest = 0
    _check_memory(root, files, size)
    for number, picture in enumerate(_pictures(files, size, progress)):
        path = files[number][0]
        if isinstance(picture, str):
            unreadable.append(f"{path.removeprefix(f'{root.as_posix()}/')} ({picture})")
            continue
        shape = picture.pixels.shape[:2]
        if images is None:
            first = path
            images = np.empty((len(files), 3, *shape), np.uint8)
        if shape != images.shape[2:]:
            misfits.append(
                f"{path} is {_size(shape)} pixels but {first} is {_size(images.shape[2:])}: "
                "set Image size (--image-size N, in Python image_size=N) to crop and resize all images to N×N."
            )
            continue
        if picture.pixels.dtype == np.uint16:
            deep[len(kept)] = picture.pixels
        else:
            images[len(kept)] = picture.pixels.transpose(2, 0, 1)
        kept.append(number)
        remarks.update(picture.remarks)
        if DEEP_COLOUR in picture.remarks:
            brightest = max(brightest, int(picture.pixels.max()))
        grey &= picture.grey
    _check(root, len(files), unreadable, misfits, skip)
    assert images is not None, "if no image can be read, that is a problem"
    images = images[: len(kept)]
    notes = [_scale(deep, images)] if deep else []
    if remarks[DEEP_COLOUR] and brightest < DARK:
        notes.append(
            f"The brightest colour with more than 8 bits becomes {brightest} of 255: scale these images first."
        )
    notes += [f"{count} of {len(images)} images {remark}." for remark, count in sorted(remarks.items()) if count]
    if unreadable:
        others = f"; and {len(unreadable) - _NAMED} more" if unreadable[_NAMED:] else ""
        notes.append(
            f"{len(unreadable)} of {len(files)} images cannot be read and are left out: "
            f"{'; '.join(unreadable[:_NAMED])}{others}."
        )
    return _Decoded(np.ascontiguousarray(images[:, :1]) if grey else images, np.array(kept), notes)


def _check_memory(root: Path, files: list[File], size: int | None) -> None:
    """Raises OutOfMemoryError if all images, with the size of the first that can be read, are too large together."""
    if size is None:
        found = (picture_size(path) for path, *_ in files)
        width, height = next((sides for sides in found if sides is not None), (0, 0))
    else:
        width = height = size
    # Beside the images there are those that wait for their place, and later the copy that goes to the cache.
    check_memory(
        2 * len(files) * 3 * width * height,
        f"The {len(files):,} images in {root}, with {width}×{height} pixels each,",
        f"set Image size to {'a' if size is None else 'another'} number of pixels (--image-size N, in Python "
        "image_size=N) that is small enough, or give fewer images",
    )


def _pictures(files: list[File], size: int | None, progress: Progress | None) -> Iterator[Picture | str]:
    """What `read_picture` gives for each file, in their order."""
    # Small images take most of their time in Python, where a second thread would only compete for the interpreter lock.
    small = sum(length for _, length, _ in files) < len(files) * 16_384
    starts = range(0, len(files), _CHUNK)
    with ThreadPoolExecutor(1 if small else usable_cores()) as pool:
        chunks = pool.map(
            lambda start: [read_picture(path, size) for path, *_ in files[start : start + _CHUNK]], starts
        )
        for start, chunk in zip(starts, chunks, strict=True):
            yield from chunk
            if progress is not None:
                progress(start + len(chunk), len(files))


def _check(root: Path, count: int, unreadable: list[str], misfits: list[str], skip: bool) -> None:
    """Raises DataError if there are images that can be neither used nor left out."""
    if len(unreadable) == count:
        raise DataError(f"None of the {count} images in {root} can be read; the first is {unreadable[0]}.")
    unusable = [] if skip else unreadable
    problems = [
        f"The image {root.as_posix()}/{problem} cannot be read: repair or remove it, or set Unreadable images to "
        f"{SKIP} (--unreadable {SKIP}, in Python unreadable='{SKIP}')."
        for problem in unusable
    ] + misfits
    if problems:
        others = f" {len(problems) - 1} more of the {count} images have problems." if problems[1:] else ""
        raise DataError(problems[0] + others)


def _scale(deep: dict[int, np.ndarray], images: np.ndarray) -> str:
    """Moves pictures of more than 8 bits, by their places, into `images`; says how they were scaled."""
    count, bits = len(deep), max(8, *(int(levels.max()).bit_length() for levels in deep.values()))
    top = 2**bits - 1
    while deep:
        place, levels = deep.popitem()
        images[place] = to_8_bits(levels, top)
    return f"{count} of {len(images)} images have pixels of more than 8 bits: 0 to {top:,} becomes 0 to 255."


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}×{shape[0]}"
