"""Brute-force search for the training images that are nearest to one image, in bounded memory."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from hdd.data import Dataset
from hdd.data.parts import in_parts
from hdd.progress import Progress
from hdd.projection.records import Neighbours

CHUNK_NUMBERS = 2**24
"""How many numbers a block of rows holds; one block is compared at a time."""

HALF_ABOVE_BYTES = 2**28
"""If the features of the train set take more bytes than this, they are kept in float16."""


def train_features(
    data: Dataset,
    features: Callable[[Tensor], Tensor],
    device: torch.device,
    progress: Progress | None = None,
) -> Tensor:
    """Features (M, D) of all M training images, in float16 if there are many.

    features: returns the features of normalised images.
    progress: called as progress(images done, M).
    """
    total, found = len(data.train_images), []
    for images in in_parts(data.train_images, 1024, progress):
        part = features(data.normalise(images.to(device)))
        found.append(part.half() if total * part.shape[1] * 4 > HALF_ABOVE_BYTES else part)
    return torch.cat(found)


def nearest_rows(rows: Tensor, target: Tensor, labels: Tensor, count: int, unit: float) -> Neighbours:
    """The rows nearest to a target by Euclidean distance.

    Args:
        rows: (M, D) of any dtype.
        target: (D,) of any dtype.
        labels: (M,) int64, the labels of the rows.
        count: number of neighbours; at most M are returned.
        unit: distances are divided by this.

    Returns:
        The neighbours. Rows that are equally far away keep their order.
    """
    height = max(1, CHUNK_NUMBERS // rows.shape[1])
    target = target.to(rows.device).float()
    squares: Iterable[Tensor] = ((part.float() - target).square().sum(dim=1) for part in rows.split(height))
    square = torch.cat(list(squares)).cpu()
    indices = square.argsort(stable=True)[:count]
    distances = square[indices].double().sqrt() / unit
    return Neighbours(indices.numpy(), distances.numpy(), labels[indices].numpy())
