"""Normalised images as pixels, to be looked at. Free of torch."""

import numpy as np


def to_pixels(images: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """Normalised images as pictures.

    What lies beyond black or white is clipped, so that pixels are good for the eye alone: whatever is measured is
    measured on the normalised images.

    Args:
        images: (…, channels, H, W), floating point.
        mean, std: (channels,) of the normalisation, for pixels in [0, 1].

    Returns:
        uint8 of the same shape: rounded, clipped, NaN as black.
    """
    mean, std = (np.asarray(value, np.float32)[:, None, None] for value in (mean, std))
    fractions = np.nan_to_num(images.astype(np.float32) * std + mean, nan=0.0).clip(0, 1)
    return (fractions * 255).round().astype(np.uint8)
