"""The layers among which architectures have a choice."""

import torch
from torch import Tensor, nn

from hdd.errors import InvalidInputError
from hdd.networks import ACTIVATIONS, NORMS, POOLINGS

GROUPS = 4
"""Groups of a group norm in the literature's code."""


class InstanceNorm(nn.GroupNorm):
    """Normalises each feature map of each image, with a gain and a shift for each map.

    On a CPU, PyTorch's group norm is many times slower for channels-last maps. Here the variance is the mean square
    minus the squared mean; in float32 the features then differ from the two-pass result by about 1e-6. Maps in
    bfloat16 are summed in float32.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels)

    def forward(self, input: Tensor) -> Tensor:
        """(B, channels, H, W) → the same shape."""
        pixels = input.permute(0, 2, 3, 1).flatten(1, 2)
        dtype = torch.promote_types(input.dtype, torch.float32)
        mean = pixels.mean(dim=1, dtype=dtype)
        variance = (pixels.square().mean(dim=1, dtype=dtype) - mean.square()).clamp_min(0)
        scale = self.weight * (variance + self.eps).rsqrt()
        shift = (self.bias - mean * scale).to(input.dtype)
        scale = scale.to(input.dtype)
        return torch.addcmul(shift[..., None, None], input, scale[..., None, None])


def normalisation(kind: str, channels: int, size: tuple[int, int]) -> nn.Module:
    """Makes a normalisation for maps (B, channels, *size).

    Args:
        kind: "instance", "group" (4 groups of maps), "batch", "layer" (all maps of an image, with a gain and a shift
            for each pixel of each map) or "none".
        channels: number of maps.
        size: (height, width) of a map.

    Raises:
        HDDError: there is no such kind, or the maps cannot be divided into 4 groups.
    """
    match kind:
        case "instance":
            return InstanceNorm(channels)
        case "group":
            if channels % GROUPS:
                raise InvalidInputError(
                    f"network_norm=group makes {GROUPS} groups of feature maps, and {channels} maps cannot be divided "
                    f"so: give a network_width that is a multiple of {GROUPS}."
                )
            return nn.GroupNorm(GROUPS, channels)
        case "batch":
            return nn.BatchNorm2d(channels)
        case "layer":
            return nn.LayerNorm([channels, *size])
        case "none":
            return nn.Identity()
        case _:
            raise _unknown("norm", kind, NORMS)


def activation(kind: str) -> nn.Module:
    """Makes an activation: "relu", "leaky_relu" (slope 0.01 below 0) or "sigmoid".

    Raises:
        HDDError: there is no such kind.
    """
    match kind:
        case "relu":
            return nn.ReLU(inplace=True)
        case "leaky_relu":
            return nn.LeakyReLU(0.01, inplace=True)
        case "sigmoid":
            return nn.Sigmoid()
        case _:
            raise _unknown("activation", kind, ACTIVATIONS)


def pooling(kind: str) -> nn.Module:
    """Makes a 2×2 pooling: "avg", "max", or "none", which keeps the size.

    Raises:
        HDDError: there is no such kind.
    """
    match kind:
        case "avg":
            return nn.AvgPool2d(2)
        case "max":
            return nn.MaxPool2d(2)
        case "none":
            return nn.Identity()
        case _:
            raise _unknown("pooling", kind, POOLINGS)


def _unknown(option: str, kind: str, known: tuple[str, ...]) -> InvalidInputError:
    return InvalidInputError(f"network_{option}={kind!r} is not allowed: give one of {', '.join(known)}.")


def extra_padding(channels: int, size: tuple[int, int]) -> int:
    """Pixels of padding that the first convolution adds on each side, as in the literature's code.

    It makes the feature maps of gray images of 28×28 (MNIST and its like) as large as those of 32×32 images.
    """
    return 2 if channels == 1 and size == (28, 28) else 0
