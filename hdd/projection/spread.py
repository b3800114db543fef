"""How values of images are spread within their classes. This module does not import torch."""

import numpy as np

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def class_quantiles(values: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """The `QUANTILES` of the values of each class, and of all values.

    Args:
        values: (N,).
        labels: (N,) their classes, 0 to C − 1.
        classes: C.

    Returns:
        (C + 1, 5); the last row is that of all values. NaN for a class without values.
    """
    found = np.full((classes + 1, len(QUANTILES)), np.nan)
    for label in np.unique(labels):
        found[label] = np.quantile(values[labels == label], QUANTILES)
    if len(values):
        found[-1] = np.quantile(values, QUANTILES)
    return found
