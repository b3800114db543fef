"""Where the keyboard is among the images of a set, or among real images."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Cursor:
    """A place in rows of images, one row for each class.

    Attributes:
        label: the row.
        index: the place in the row, from 0.
        real: whether it is among the real images, and not among the synthetic ones.
    """

    label: int = 0
    index: int = 0
    real: bool = False

    def moved(self, key: str, counts: np.ndarray) -> "Cursor":
        """The place after an arrow key, Home or End; rows without images are passed over.

        Args:
            key: its name, as browsers call it.
            counts: (C,) the lengths of the rows.
        """
        rows = np.flatnonzero(counts)
        if not len(rows):
            return self
        row = int(np.searchsorted(rows, self.label).clip(0, len(rows) - 1))
        row = int(np.clip(row + {"ArrowUp": -1, "ArrowDown": 1}.get(key, 0), 0, len(rows) - 1))
        label = int(rows[row])
        index = self.index + {"ArrowLeft": -1, "ArrowRight": 1}.get(key, 0)
        if key in ("Home", "End"):
            index = 0 if key == "Home" else int(counts[label]) - 1
        return replace(self, label=label, index=int(np.clip(index, 0, counts[label] - 1)))
