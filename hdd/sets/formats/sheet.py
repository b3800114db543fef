"""One picture of all images, to look at."""

from pathlib import Path

import numpy as np

from hdd.errors import InvalidInputError
from hdd.pixels import sheet
from hdd.sets.formats.base import Format
from hdd.sets.formats.picture_files import pixels_of, png
from hdd.sets.synthetic_set import SyntheticSet


class Sheet(Format):
    """One PNG with a row of images for each class, to look at; it cannot be read again."""

    suffix = ".png"

    @classmethod
    def knows(cls, path: Path) -> bool:
        """See `Format.knows`."""
        return False

    @classmethod
    def load(cls, path: Path) -> SyntheticSet:
        """See `Format.load`."""
        raise InvalidInputError(f"{path} is a picture of a set and cannot be read: give an export of it.")

    @classmethod
    def save(cls, synthetic: SyntheticSet, path: Path) -> None:
        """See `Format.save`."""
        pixels, labels = pixels_of(synthetic), synthetic.hard_labels
        grid = np.full((len(synthetic.classes), max(synthetic.counts), *pixels.shape[1:]), 255, np.uint8)
        for label in range(len(synthetic.classes)):
            own = pixels[labels == label]
            grid[label, : len(own)] = own
        path.write_bytes(png(sheet(grid).transpose(2, 0, 1)))

    @classmethod
    def losses(cls, synthetic: SyntheticSet) -> list[str]:
        """See `Format.losses`."""
        return ["Anything to train on: a sheet is only for looking at."]
