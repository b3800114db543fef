"""Where the images of a set stand: each in the row of its class, of which every one has its own length."""

import numpy as np


class ClassLayout:
    """The images of a set, row by row.

    Args:
        labels: (M,) class of each image, in any order.
        classes: C.

    Attributes:
        labels: (M,) int64.
        counts: (C,) images of each class.
        rows, columns: of the sheet that holds them all.
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
        """So many images of each class, class after class."""
        return cls(np.repeat(np.arange(classes), ipc), classes)

    def __len__(self) -> int:
        """M."""
        return len(self.labels)

    def members(self, label: int) -> np.ndarray:
        """The images of a class, in order."""
        return self._members[label]

    def place(self, image: int) -> tuple[int, int]:
        """Class of an image, and its number in that class."""
        return int(self.labels[image]), int(self._column[image])

    def image(self, label: int, column: int) -> int | None:
        """The image at a place, None where there is none."""
        if 0 <= label < self.rows and 0 <= column < self.counts[label]:
            return int(self._members[label][column])
        return None

    def grid(self, values: np.ndarray) -> np.ndarray:
        """Values (M, …) of the images as (C, columns, …), 0 where there is no image."""
        sheet = np.zeros((self.rows, self.columns, *values.shape[1:]), values.dtype)
        sheet[self.labels, self._column] = values
        return sheet
