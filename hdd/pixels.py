"""Turns normalised images into pixels to look at. Does not import torch."""

import numpy as np

FAINTNESS = 5
"""By how much images that are left out are darker."""


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


def faint(pixels: np.ndarray) -> np.ndarray:
    """Pixels as they are drawn of an image that pruning leaves out."""
    return pixels // FAINTNESS


def sheet(pixels: np.ndarray, gap: int = 2) -> np.ndarray:
    """Arranges many images in one picture, with one row per class.

    Args:
        pixels: uint8 (C, M, channels, H, W), with 1 or 3 channels.
        gap: white pixels between images.

    Returns:
        uint8 (height, width, 3).
    """
    classes, count, channels, height, width = pixels.shape
    padded = np.pad(pixels, ((0, 0),) * 3 + ((0, gap), (0, gap)), constant_values=255)
    rows = padded.transpose(0, 3, 1, 4, 2).reshape(classes * (height + gap), count * (width + gap), channels)
    rows = np.pad(rows, ((gap, 0), (gap, 0), (0, 0)), constant_values=255)
    return np.repeat(rows, 3, axis=2) if channels == 1 else rows
