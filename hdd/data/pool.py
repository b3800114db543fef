"""The real images of each class, which of them pruning keeps, and the batches drawn from them."""

from collections.abc import Callable

import numpy as np
import torch

from hdd.errors import InvalidInputError


class ClassPool:
    """Indices of the images of each class, and a mask of the images that batches may use.

    counts, kept_counts: number of images of each class, of all and of the kept ones; C integers.
    mask: bool (N,), true for kept images; `set_mask` changes it.
    """

    def __init__(self, labels: torch.Tensor, class_count: int) -> None:
        """Keeps all images. `labels` is int64 (N,), in [0, class_count). Raises HDDError if a class has no image."""
        self._labels = labels.cpu()
        self._class_count = class_count
        self.set_mask(None)
        self.counts = self.kept_counts

    def set_mask(self, mask: torch.Tensor | None) -> None:
        """Keeps the images where `mask`, bool (N,), is true; None keeps all.

        Raises HDDError, and changes nothing, if a class would keep no image or if the mask does not fit.
        """
        mask = torch.ones(len(self._labels), dtype=torch.bool) if mask is None else mask.cpu().clone()
        if mask.dtype != torch.bool or mask.shape != self._labels.shape:
            raise InvalidInputError(
                f"A mask of {mask.dtype} and shape {tuple(mask.shape)} does not fit: "
                f"give one bool for each of the {len(self._labels)} images."
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
        """Draws a batch of kept images of every class: their indices, int64 (C, min(batch, largest kept count)).

        The images of a class are drawn without replacement. A class that keeps fewer images is repeated, each time in a
        new order, so that each of its images occurs equally often, give or take one. Class c uses only
        `generator_for_class(c)`, so the result depends only on the mask, the generators and the batch.

        Raises HDDError unless `batch` is positive.
        """
        if batch < 1:
            raise InvalidInputError(f"A batch of {batch} real images per class is too small: give at least 1.")
        width = min(batch, max(self.kept_counts))
        draws = [_draw(kept, generator_for_class(label), width) for label, kept in enumerate(self._kept)]
        return torch.stack(draws)


def _draw(indices: torch.Tensor, generator: np.random.Generator, width: int) -> torch.Tensor:
    passes, rest = divmod(width, len(indices))
    orders = [generator.permutation(len(indices)) for _ in range(passes)]
    orders.append(generator.choice(len(indices), rest, replace=False))
    return indices[torch.from_numpy(np.concatenate(orders))]
