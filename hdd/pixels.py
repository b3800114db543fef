"""Turns normalised images into pixels to look at. Does not import torch."""

import numpy as np


def to_pixels(images: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Turns normalised images into pictures.

    Values beyond black or white are clipped, so pixels are only good for looking at. All measurements are made on the
    normalised images.

    Args:
        images: (…, channels, H, W), floating point.
        mean, std: (channels,), the normalisation, for pixels in [0, 1].

    Returns:
        uint8 of the same shape, rounded and clipped; NaN becomes black.
    """
    mean, std = (np.asarray(value, np.float32)[:, None, None] for value in (mean, std))
    fractions = np.nan_to_num(images.astype(np.float32) * std + mean, nan=0.0).clip(0, 1)
    return (fractions * 255).round().astype(np.uint8)
