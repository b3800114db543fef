"""Where the images of a set stand on a sheet: a row for each class, as long as the class has images."""

import numpy as np


class ClassLayout:
    """The places of a set's images on a sheet with one row for each class.

    Args:
        labels: (M,) class of each image, in any order.
        classes: C, the number of classes.

    Attributes:
        labels: (M,) int64, class of each image.
        counts: (C,) number of images of each class.
        rows, columns: size of the sheet.
    """

    def __init__(self, labels: np.ndarray, classes: int) -> None:
        self.labels = np.asarray(labels, np.int64)
        self.counts = np.bincount(self.labels, minlength=classes)
        self.rows, self.columns = classes, int(self.counts.max(initial=0))
        self._members = [np.flatnonzero(self.labels == label) for label in range(classes)]
        order = np.concatenate(self._members)
        self._column = np.empty(len(order), np.int64)
        self._column[order] = np.concatenate([np.arange(len(members)) for members in self._members])

    @classmethod
    def of_equal(cls, classes: int, ipc: int) -> "ClassLayout":
        """The layout of a set with `ipc` images of each class, class after class."""
        return cls(np.repeat(np.arange(classes), ipc), classes)

    def __len__(self) -> int:
        """The number of images, M."""
        return len(self.labels)

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
