"""How stored images become the images to train on."""

from collections.abc import Callable

import numpy as np


def _plain(images: np.ndarray) -> tuple[np.ndarray, int]:
    return images, 1


def _quadrants(images: np.ndarray) -> tuple[np.ndarray, int]:
    """Each stored image holds four images of half its side (Kim et al., ICML 2022, arXiv 2205.14959), enlarged twofold.

    The quadrants come in the order of IDM (Zhao et al., CVPR 2023): top left, bottom left, top right, bottom right.
    """
    import torch
    import torch.nn.functional as F

    height, width = (side // 2 for side in images.shape[2:])
    corners = [(0, 0), (height, 0), (0, width), (height, width)]
    parts = np.stack([images[:, :, y : y + height, x : x + width] for y, x in corners], axis=1)
    parts = torch.as_tensor(parts.reshape(-1, *parts.shape[2:]))
    return F.interpolate(parts, size=images.shape[2:], mode="bilinear", align_corners=False).numpy(), 4


DECODERS: dict[str, Callable[[np.ndarray], tuple[np.ndarray, int]]] = {"plain": _plain, "quadrants": _quadrants}
"""Decoders by name. They turn images (M, channels, H, W) into (M·k, channels, H, W), in order, and also return k."""
