"""Which real images are drawn, and which of those are compared: a random sample, the same number of each class."""

import numpy as np

from hdd.draws import generator


def sample_classes(labels: np.ndarray, classes: int, per_class: int, seed: int) -> list[np.ndarray]:
    """For each class, the indices of `per_class` random images, or of all if it has fewer; the first few are random.

    Args:
        labels: (M,) the classes of all images.
        classes: number of classes C.
        per_class: images of each class.
        seed: of the draws.
    """
    return [
        generator(seed, "viewing sample", 0, label).permutation(np.flatnonzero(labels == label))[:per_class]
        for label in range(classes)
    ]


def first_of_each(counts: list[int], per_class: int) -> np.ndarray:
    """The positions of the first images of each class, in rows that are sorted by class.

    Args:
        counts: rows of each class.
        per_class: images of each class, or all if it has fewer.
    """
    starts = np.cumsum([0, *counts[:-1]])
    return np.concatenate([start + np.arange(min(per_class, own)) for start, own in zip(starts, counts, strict=True)])
