"""How stored images become the images to train on. Torch is imported inside functions, as in formats.

With the decoder "quadrants" each stored image holds four images of half its side (Kim et al., ICML 2022, arXiv
2205.14959), in the order of IDM (Zhao et al., CVPR 2023): top left, bottom left, top right, bottom right. Before they
are used, they are enlarged twofold, bilinearly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hdd.errors import InvalidInputError

if TYPE_CHECKING:
    from torch import Tensor

QUADRANTS = ((0, 0), (1, 0), (0, 1), (1, 1))
"""The places of the four images in a stored one, as (row, column), in their order."""


def check_quadrants(height: int, width: int) -> None:
    """Checks that images of this size can hold four images each.

    Raises:
        HDDError: a side is odd.
    """
    if height % 2 or width % 2:
        raise InvalidInputError(
            f"Images of {height}×{width} pixels cannot hold four images of half their side: both sides must be even. "
            f"For a folder, give image_size={min(height, width) // 2 * 2}; otherwise use a method without quadrants."
        )


def pack_quadrants(quarters: Tensor) -> Tensor:
    """Stored images (…, channels, H, W) that hold quarters (4, …, channels, H/2, W/2), in the order of `QUADRANTS`."""
    import torch

    height, width = quarters.shape[-2:]
    images = torch.empty(*quarters.shape[1:-2], 2 * height, 2 * width, dtype=quarters.dtype, device=quarters.device)
    for (row, column), quarter in zip(QUADRANTS, quarters, strict=True):
        images[..., row * height : (row + 1) * height, column * width : (column + 1) * width] = quarter
    return images


def unpack_quadrants(images: Tensor) -> Tensor:
    """The images (M·4, channels, H, W) to train on that stored images (M, channels, H, W) hold; differentiable.

    The four of a stored image follow one another, in the order of `QUADRANTS`.

    Raises:
        HDDError: a side is odd.
    """
    import torch
    import torch.nn.functional as F

    check_quadrants(*images.shape[2:])
    height, width = (side // 2 for side in images.shape[2:])
    parts = [
        images[:, :, row * height : (row + 1) * height, column * width : (column + 1) * width]
        for row, column in QUADRANTS
    ]
    quarters = torch.stack(parts, dim=1).flatten(0, 1)
    return F.interpolate(quarters, scale_factor=2, mode="bilinear", align_corners=False)


@dataclass(frozen=True)
class Decoder:
    """How stored images become the images to train on.

    Attributes:
        held: how many images each stored image holds, k.
        decode: turns stored images (M, channels, H, W) into (M·k, channels, H, W); those of a stored image follow one
            another.
    """

    held: int
    decode: Callable[[np.ndarray], np.ndarray]


def _quadrants(images: np.ndarray) -> np.ndarray:
    import torch

    return unpack_quadrants(torch.as_tensor(images)).numpy()


DECODERS = {"plain": Decoder(1, lambda images: images), "quadrants": Decoder(len(QUADRANTS), _quadrants)}
"""Decoders by name."""
