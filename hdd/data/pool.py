"""The real images of each class, which of them pruning keeps, and the batches drawn from them."""

from collections.abc import Callable

import numpy as np
import torch

from hdd.errors import InvalidInputError


class ClassPool:
    """Indices of the images of each class, and a mask of those that batches may use.

    counts, kept_counts: images of each class, in all and kept: C integers.
    mask: bool (N,), true for kept images; `set_mask` changes it.
    """

    def __init__(self, labels: torch.Tensor, class_count: int) -> None:
        """Keep all images. `labels`: int64 (N,), in [0, class_count). Raises HDDError if a class has no image."""
        self._labels = labels.cpu()
        self._class_count = class_count
        self.set_mask(None)
        self.counts = self.kept_counts

    def set_mask(self, mask: torch.Tensor | None) -> None:
        """Keep the images where `mask`, bool (N,), is true; None keeps all.

        Raises HDDError, and changes nothing, if a class would keep no image or the mask does not fit.
        """
        mask = torch.ones(len(self._labels), dtype=torch.bool) if mask is None else mask.cpu().clone()
        if mask.dtype != torch.bool or mask.shape != self._labels.shape:
            raise InvalidInputError(
                f"A keep mask of {mask.dtype} and shape {tuple(mask.shape)} does not fit: "
                f"it takes one bool for each of the {len(self._labels)} images."
            )
        kept = [(mask & (self._labels == label)).nonzero()[:, 0] for label in range(self._class_count)]
        if empty := [label for label, indices in enumerate(kept) if not len(indices)]:
            raise InvalidInputError(
                f"{len(empty)} of {len(kept)} classes keep no image, class {empty[0]} first: each needs at least one."
            )
        self.mask = mask
        self.kept_counts = tuple(map(len, kept))
        self._kept = kept

    def draw(self, generator_for_class: Callable[[int], np.random.Generator], batch: int) -> torch.Tensor:
        """Draw a batch of kept images for every class: their indices, int64 (C, min(batch, largest kept count)).

        Images of a class are drawn without replacement. A class with fewer of them gives all of them again and
        again, each time in a new order, so that its images occur equally often, give or take one. Class c draws from
        `generator_for_class(c)` alone, so the result is a function of mask, generators and batch.

        Raises HDDError unless `batch` is positive.
        """
        if batch < 1:
            raise InvalidInputError(f"A batch of {batch} real images a class is too small: use at least 1.")
        width = min(batch, max(self.kept_counts))
        draws = [_draw(kept, generator_for_class(label), width) for label, kept in enumerate(self._kept)]
        return torch.stack(draws)


def _draw(indices: torch.Tensor, generator: np.random.Generator, width: int) -> torch.Tensor:
    passes, rest = divmod(width, len(indices))
    orders = [generator.permutation(len(indices)) for _ in range(passes)]
    orders.append(generator.choice(len(indices), rest, replace=False))
    return indices[torch.from_numpy(np.concatenate(orders))]
