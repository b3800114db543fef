"""ZCA whitening of images, as the code of trajectory matching does it, and its inverse.

With x an image of pixels in [0, 1], flattened, μ the mean and Σ = UΛUᵀ the covariance (n − 1) of the training images,
it is U (Λ + ε)^(−1/2) Uᵀ (x − μ), with ε = 0.1, as kornia's `ZCAWhitening(eps=0.1)` computes it.
"""

# pyright: standard

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hdd.errors import InvalidInputError

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.data import Dataset

EPSILON = 0.1
LARGEST = 3 * 64 * 64
"""Pixels of an image, at most: the covariance has the square of it as numbers."""


def _spectrum(data: Dataset) -> tuple[Tensor, Tensor, Tensor]:
    """μ, the square roots of Λ + ε, and U, of the training images."""
    import torch

    from hdd.data.parts import in_parts

    pixels = data.train_images[0].numel()
    if pixels > LARGEST:
        raise InvalidInputError(
            f"values=zca is not possible for images of {pixels} numbers: it needs images of at most {LARGEST}."
        )
    count = len(data.train_images)
    mean = data.train_images.flatten(1).sum(0, dtype=torch.float64) / 255 / count
    covariance = torch.zeros(pixels, pixels)
    for part in in_parts(data.train_images, 4096):
        centred = part.flatten(1).float() / 255 - mean.float()
        covariance += centred.T @ centred
    values, vectors = torch.linalg.eigh(covariance / (count - 1))
    return mean.float(), (values.clamp_min(0) + EPSILON).sqrt(), vectors


def whitened(images: np.ndarray, data: Dataset) -> np.ndarray:
    """Images (M, channels, H, W) of pixels in [0, 1], whitened by the training images of `data`; float32."""
    import torch

    mean, deviations, vectors = _spectrum(data)
    flat = torch.as_tensor(images, dtype=torch.float32).flatten(1) - mean
    return ((flat @ vectors / deviations) @ vectors.T).reshape(images.shape).numpy()


def unwhitened(images: np.ndarray, data: Dataset) -> np.ndarray:
    """The images of pixels (M, channels, H, W), mostly in [0, 1], whose `whitened` images were given; float32.

    Raises:
        HDDError: the images are too large.
    """
    import torch

    mean, deviations, vectors = _spectrum(data)
    flat = torch.as_tensor(images, dtype=torch.float32).flatten(1)
    return ((flat @ vectors * deviations) @ vectors.T + mean).reshape(images.shape).numpy()
