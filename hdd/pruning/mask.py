"""Which synthetic images are kept. Does not import torch, so that viewers can use it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Mask:
    """The synthetic images that are kept, out of ipc of each of C classes.

    Attributes:
        kept: (C, ipc) bool; as many of each class, and at least one.
        scores: (C, ipc) float32, the scores by which they were chosen; 0 where nothing was scored, as all are kept.
    """

    kept: np.ndarray
    scores: np.ndarray

    @classmethod
    def of_all(cls, classes: int, ipc: int) -> "Mask":
        """The mask that keeps all images."""
        return cls(np.ones((classes, ipc), bool), np.zeros((classes, ipc), np.float32))

    @property
    def left_out(self) -> int:
        """Number of images that are left out."""
        return int((~self.kept).sum())

    def same_as(self, other: "Mask") -> bool:
        """Whether both keep the same images for the same scores."""
        return np.array_equal(self.kept, other.kept) and np.array_equal(self.scores, other.scores)
