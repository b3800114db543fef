"""Opens distilled sets, in another process: reading takes long, and fitting a set to a data set needs torch.

Call these functions by `Projector.study`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hdd.errors import HDDError, InvalidInputError
from hdd.paths import FOLDER
from hdd.pixels import to_pixels
from hdd.runs.open_set import open_set, open_set_of
from hdd.sets import SyntheticSet, fitted
from hdd.sets.facts import facts_of
from hdd.settings import initial_settings
from workbench.core.image_folders import image_folders
from workbench.core.set_folder import SetFolder
from workbench.core.set_place import SetPlace

if TYPE_CHECKING:
    from hdd.data import Dataset


PICTURES = 5
"""Images that a picture of a set shows, at most: the first one of each of the first classes that have any."""


@dataclass(frozen=True, eq=False)
class OpenedSet:
    """A set as a page shows it.

    Attributes:
        path: where it is.
        images: the images to train on; if the data set is known, normalised and ordered as that is.
        facts: what the set says of itself, see `hdd.sets.facts.facts_of`.
        image_size: side to which the images of the data set are resized; None keeps its own, as only folders can.
        misfit: why the set is not one of the data set, and is shown without it; "" if it is, or none is named.
    """

    path: Path
    images: SyntheticSet
    facts: dict[str, Any]
    image_size: int | None = None
    misfit: str = ""


@dataclass(frozen=True, eq=False)
class Picture:
    """A few images of a set.

    Attributes:
        pixels: (n, channels, H, W) uint8.
        classes: their n classes.
    """

    pixels: np.ndarray
    classes: list[str]


def listed(root: Path) -> list[str]:
    """The sets in a folder; see `SetFolder.listed`."""
    return SetFolder(root).listed()


@dataclass(frozen=True, eq=False)
class StoredSet:
    """A set as it is stored.

    Attributes:
        path: where it is.
        synthetic: the set; if the data set is known and the set fits it, normalised and ordered as that is.
        facts, image_size, misfit: as in `OpenedSet`.
    """

    path: Path
    synthetic: SyntheticSet
    facts: dict[str, Any]
    image_size: int | None = None
    misfit: str = ""


def stored(root: Path, place: SetPlace) -> StoredSet:
    """Reads a set, and fits it to its data set.

    Args:
        root: the folder of sets.
        place: the set in it.

    Raises:
        HDDError: there is no such set there, it cannot be read, or there is no such data set.
    """
    path = SetFolder(root).find(place.path)
    if not place.dataset:
        found = open_set(path, place.reading)
        return StoredSet(path, found, facts_of(found))
    if place.dataset.startswith(FOLDER) and place.dataset not in image_folders().values():
        raise InvalidInputError(
            f"{place.dataset!r} is none of the image folders that the page offers: name its folder in HDD_FOLDERS."
        )
    size = _image_size(open_set(path, place.reading)) if place.dataset.startswith(FOLDER) else None
    data = _dataset(place.dataset, size, place.unreadable)
    found = open_set_of(path, data, place.reading)
    facts = facts_of(found)
    try:
        return StoredSet(path, fitted(found, data), facts, size)
    except HDDError as error:
        return StoredSet(path, found, facts, size, str(error))


def _image_size(found: SyntheticSet) -> int | None:
    """The side to which the images of a folder are resized to be those of a set.

    Images are only resized to squares, so a set of others is one of a folder whose images were kept as they are.
    """
    height, width = found.images.shape[-2:]
    return width if height == width else None


def opened(root: Path, place: SetPlace) -> OpenedSet:
    """Opens a set for a page; see `stored`."""
    found = stored(root, place)
    return OpenedSet(found.path, found.synthetic.decoded(), found.facts, found.image_size, found.misfit)


def pictures(root: Path, places: Sequence[SetPlace]) -> list[Picture | None]:
    """A picture of a set under each of several readings, None where it cannot be read so."""
    return [_picture(root, place) for place in places]


def _picture(root: Path, place: SetPlace) -> Picture | None:
    try:
        images = opened(root, place).images
    except HDDError:
        return None
    labels, first = np.unique(images.hard_labels, return_index=True)
    mean, std = np.array(images.mean, np.float32), np.array(images.std, np.float32)
    pixels = to_pixels(images.images[first[:PICTURES]], mean, std)
    return Picture(pixels, [images.classes[label] for label in labels[:PICTURES]])


@lru_cache(maxsize=2)
def _dataset(name: str, image_size: int | None, unreadable: str) -> "Dataset":
    from hdd.data import load_chosen

    return load_chosen(initial_settings(name, image_size=image_size, unreadable=unreadable))
