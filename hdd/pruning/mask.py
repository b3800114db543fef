"""Which synthetic images are kept. Does not import torch, so that viewers can use it."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Mask:
    """The synthetic images that are kept.

    Attributes:
        kept: (C, ipc) bool; as many of each class, and at least one. On the page (C·ipc,), in the order of its layout.
        scores: float32 of the same shape, the scores by which they were chosen; 0 where nothing was scored, as all are
            kept.
    """

    kept: np.ndarray
    scores: np.ndarray

    @classmethod
    def of_all(cls, *shape: int) -> "Mask":
        """The mask of this shape that keeps all images."""
        return cls(np.ones(shape, bool), np.zeros(shape, np.float32))

    @property
    def left_out(self) -> int:
        """Number of images that are left out."""
        return int((~self.kept).sum())

    def same_as(self, other: "Mask") -> bool:
        """Whether both keep the same images for the same scores."""
        return np.array_equal(self.kept, other.kept) and np.array_equal(self.scores, other.scores)
