"""Differentiable siamese augmentation (Zhao & Bilen, ICML 2021, arXiv 2102.08259).

Each call applies one operation of the strategy. Its parameters are drawn once for each group, so that the real and the
synthetic images of a class are changed in the same way. With one image in each group this is the ordinary augmentation
of single images.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SCALE_RATIO = 1.2
ROTATION_DEGREES = 15.0
CROP_PADDING = 0.125
CUTOUT_SIDE = 0.5


def _columns(uniforms: np.ndarray, like: Tensor) -> Tensor:
    """Per-group numbers (G, 3) as three (G, 1, 1, 1, 1), to broadcast over images (G, N, C, H, W)."""
    return torch.as_tensor(uniforms.T, dtype=like.dtype, device=like.device).view(3, -1, 1, 1, 1, 1)


def _color(images: Tensor, uniforms: np.ndarray) -> Tensor:
    brightness, saturation, contrast = _columns(uniforms, images)
    images = images + (brightness - 0.5)
    gray = images.mean(dim=2, keepdim=True)
    images = (images - gray) * (2 * saturation) + gray
    mean = images.mean(dim=(2, 3, 4), keepdim=True)
    return (images - mean) * (contrast + 0.5) + mean


def _crop(images: Tensor, uniforms: np.ndarray) -> Tensor:
    height, width = images.shape[-2:]
    reach_y, reach_x = (int(side * CROP_PADDING + 0.5) for side in (height, width))
    tops = (uniforms[:, 0] * (2 * reach_y + 1)).astype(int)
    lefts = (uniforms[:, 1] * (2 * reach_x + 1)).astype(int)
    padded = F.pad(images, (reach_x, reach_x, reach_y, reach_y))
    return torch.stack(
        [
            group[..., top : top + height, left : left + width]
            for group, top, left in zip(padded, tops, lefts, strict=True)
        ]
    )


def _cutout(images: Tensor, uniforms: np.ndarray) -> Tensor:
    inside = []
    for axis, side in ((-2, images.shape[-2]), (-1, images.shape[-1])):
        hole = int(side * CUTOUT_SIDE + 0.5)
        centre = (uniforms[:, axis] * (side + 1 - hole % 2)).astype(int)
        start = torch.as_tensor(centre - hole // 2, device=images.device).view(-1, 1, 1, 1, 1)
        shape = [1, 1, 1, 1, 1]
        shape[axis] = side
        place = torch.arange(side, device=images.device).view(shape)
        inside.append((place >= start) & (place < start + hole))
    return images * ~(inside[0] & inside[1])


def _flip(images: Tensor, uniforms: np.ndarray) -> Tensor:
    return torch.where(_columns(uniforms, images)[0] < 0.5, images.flip(-1), images)


def _warp(images: Tensor, matrices: np.ndarray) -> Tensor:
    """Resamples the images of group g by the affine matrix (2, 3) number g, bilinearly and with zeros outside."""
    groups, count, channels, height, width = images.shape
    theta = torch.as_tensor(matrices, dtype=images.dtype, device=images.device)
    grid = F.affine_grid(theta, [groups, channels, height, width], align_corners=True)
    # The images of a group share one grid, so they are sampled as one image of many channels.
    warped = F.grid_sample(images.reshape(groups, -1, height, width), grid, align_corners=True)
    return warped.view(groups, count, channels, height, width)


def _scale(images: Tensor, uniforms: np.ndarray) -> Tensor:
    matrices = np.zeros((len(images), 2, 3))
    factors = 1 / SCALE_RATIO + uniforms[:, :2] * (SCALE_RATIO - 1 / SCALE_RATIO)
    matrices[:, 0, 0], matrices[:, 1, 1] = factors.T
    return _warp(images, matrices)


def _rotate(images: Tensor, uniforms: np.ndarray) -> Tensor:
    angle = np.radians((uniforms[:, 0] * 2 - 1) * ROTATION_DEGREES)
    matrices = np.zeros((len(images), 2, 3))
    matrices[:, 0, 0] = matrices[:, 1, 1] = np.cos(angle)
    # The grid's coordinates run from −1 to 1 along either side, whatever its length.
    height, width = images.shape[-2:]
    matrices[:, 0, 1] = -np.sin(angle) * (height - 1) / (width - 1)
    matrices[:, 1, 0] = np.sin(angle) * (width - 1) / (height - 1)
    return _warp(images, matrices)


_OPERATIONS: dict[str, Callable[[Tensor, np.ndarray], Tensor]] = {
    "color": _color,
    "crop": _crop,
    "cutout": _cutout,
    "flip": _flip,
    "scale": _scale,
    "rotate": _rotate,
}


def augment(images: Tensor, operation: str, uniforms: np.ndarray) -> Tensor:
    """Applies one operation, with one set of parameters for each group.

    Args:
        images: (G, N, C, H, W), normalised.
        operation: color (brightness ±0.5, then saturation ×[0, 2], then contrast ×[0.5, 1.5]), crop (shift by up to
            12.5 % of the side), cutout (a square of half the side), flip (p = 0.5), scale (×[1/1.2, 1.2] along each
            axis) or rotate (±15°).
        uniforms: (G, 3) numbers in [0, 1) from which the parameters of each group are made.

    Returns:
        (G, N, C, H, W), differentiable in `images`.
    """
    return _OPERATIONS[operation](images, uniforms)


def siamese(images: Tensor, strategy: str, generators: Sequence[np.random.Generator]) -> Tensor:
    """Augments each class with its own operation of the strategy.

    If it is called once with the real and once with the synthetic images, and with equal generators, it changes both in
    the same way.

    Args:
        images: (G, N, C, H, W), each group one class, normalised.
        strategy: operations joined by "_" (see `augment`), or "none".
        generators: one for each class; it draws the operation and the parameters of that class.

    Returns:
        (G, N, C, H, W), differentiable in `images`.
    """
    if strategy == "none":
        return images
    operations = strategy.split("_")
    chosen = np.array([operations[generator.integers(len(operations))] for generator in generators])
    uniforms = np.stack([generator.random(3) for generator in generators])
    parts, order = [], []
    for operation in np.unique(chosen):
        members = np.flatnonzero(chosen == operation)
        parts.append(augment(images[torch.from_numpy(members)], operation, uniforms[members]))
        order.append(members)
    return torch.cat(parts)[torch.from_numpy(np.argsort(np.concatenate(order)))]
