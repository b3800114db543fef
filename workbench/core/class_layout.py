"""Where the images of a set stand on a sheet: a row for each class, as long as the class has images."""

import numpy as np


class ClassLayout:
    """The places of a set's images on a sheet with one row for each class, and which points of the disk are theirs.

    Args:
        labels: (M,) class of each image, in any order.
        classes: C, the number of classes.
        held: how many images each stored image holds, as in `hdd.sets.decoders.Decoder`; each of them is a point.

    Attributes:
        held: as given.
        labels: (M,) int64, class of each image.
        counts: (C,) number of images of each class.
        rows, columns: size of the sheet.
    """

    def __init__(self, labels: np.ndarray, classes: int, held: int = 1) -> None:
        self.held = held
        self.labels = np.asarray(labels, np.int64)
        self.counts = np.bincount(self.labels, minlength=classes)
        self.rows, self.columns = classes, int(self.counts.max(initial=0))
        self._members = [np.flatnonzero(self.labels == label) for label in range(classes)]
        order = np.concatenate(self._members)
        self._column = np.empty(len(order), np.int64)
        self._column[order] = np.concatenate([np.arange(len(members)) for members in self._members])

    @classmethod
    def of_equal(cls, classes: int, ipc: int, held: int = 1) -> "ClassLayout":
        """The layout of a set with `ipc` images of each class, class after class."""
        return cls(np.repeat(np.arange(classes), ipc), classes, held)

    def __len__(self) -> int:
        """The number of images, M."""
        return len(self.labels)

    @property
    def point_labels(self) -> np.ndarray:
        """(M·held,) the class of each point; those of an image follow one another."""
        return np.repeat(self.labels, self.held)

    def by_image(self, values: np.ndarray) -> np.ndarray:
        """Arranges values (M·held,) of the points as (M, held)."""
        return values.reshape(len(self), self.held)

    def members(self, label: int) -> np.ndarray:
        """The numbers of the images of a class, ascending."""
        return self._members[label]

    def place(self, image: int) -> tuple[int, int]:
        """The class of an image, and its number within that class, from 0."""
        return int(self.labels[image]), int(self._column[image])

    def image(self, label: int, column: int) -> int | None:
        """The number of the image at a place, None where there is no image."""
        if 0 <= label < self.rows and 0 <= column < self.counts[label]:
            return int(self._members[label][column])
        return None

    def grid(self, values: np.ndarray) -> np.ndarray:
        """Arranges values (M, …) of the images as (C, columns, …), with 0 where there is no image."""
        sheet = np.zeros((self.rows, self.columns, *values.shape[1:]), values.dtype)
        sheet[self.labels, self._column] = values
        return sheet
