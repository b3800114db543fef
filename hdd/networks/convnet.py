"""The ConvNet of the dataset-distillation literature (Gidaris & Komodakis 2018; Zhao et al. 2021)."""

import math

from torch import nn

from hdd.errors import InvalidInputError
from hdd.networks.base import Network
from hdd.networks.layers import activation as make_activation
from hdd.networks.layers import extra_padding, normalisation
from hdd.networks.layers import pooling as make_pooling


class ConvNet(Network):
    """`depth` blocks of conv 3×3 → norm → activation → 2×2 pooling, then a linear classifier.

    Gray images of 28×28 are padded, see `hdd.networks.layers.extra_padding`. The layers and the names in the state dict
    are those of the literature's code; a norm or pooling that is "none" keeps its number there.

    Args:
        channels: channels of the input images.
        size: (height, width) of the input images, each at least 2^depth after padding if there is pooling.
        classes: number of classes.
        width: feature maps of every convolution.
        depth: number of blocks.
        norm: one of `hdd.networks.NORMS`.
        activation: one of `hdd.networks.ACTIVATIONS`.
        pooling: one of `hdd.networks.POOLINGS`.

    Raises:
        HDDError: the images are too small for `depth` poolings, or an option is not allowed.
    """

    def __init__(
        self,
        channels: int,
        size: tuple[int, int],
        classes: int,
        width: int = 128,
        depth: int = 3,
        norm: str = "instance",
        activation: str = "relu",
        pooling: str = "avg",
    ) -> None:
        extra = extra_padding(channels, size)
        height, length = (side + 2 * extra for side in size)
        first_values = width * height * length
        halves = pooling != "none"
        if halves and min(height, length) < 2**depth:
            most = int(math.log2(min(height, length)))
            advice = f"Use network_depth ≤ {most} or larger images." if most else "Use larger images."
            raise InvalidInputError(
                f"network_depth={depth} is too deep for images of {size[0]}×{size[1]}, since each block halves them. "
                f"{advice}"
            )
        layers: list[nn.Module] = []
        for block in range(depth):
            layers += [
                nn.Conv2d(channels if block == 0 else width, width, 3, padding=1 + extra if block == 0 else 1),
                normalisation(norm, width, (height, length)),
                make_activation(activation),
                make_pooling(pooling),
            ]
            if halves:
                height, length = height // 2, length // 2
        super().__init__(nn.Sequential(*layers), width * height * length, classes, first_values)
