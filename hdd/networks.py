"""The ConvNet of the dataset-distillation literature (Gidaris & Komodakis 2018; Zhao et al. 2021)."""

import math
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hdd.errors import InvalidInputError

FORWARD_BYTES = 2**23
"""Bytes of the first feature maps in a forward pass without gradient on a CPU, small enough to stay in its caches."""

ACCELERATOR_BATCH = 4096
"""Images in such a pass on an accelerator."""

LAYERS_OF_A_BLOCK = 4


class ConvNet(nn.Module):
    """`depth` blocks of conv 3×3 → instance norm (affine) → ReLU → 2×2 average pooling, then a linear classifier.

    Images of 28×28 with one channel are padded by 3 in the first convolution, so that the feature maps are as large as
    those of a 32×32 image. The layers and the names in the state dict are those of the literature's code.

    Args:
        channels: channels of the input images.
        size: (height, width) of the input images, each at least 2^depth after padding.
        classes: number of classes.
        width: feature maps of every convolution.
        depth: number of blocks.

    Raises:
        HDDError: the images are too small for `depth` poolings.
    """

    def __init__(self, channels: int, size: tuple[int, int], classes: int, width: int = 128, depth: int = 3) -> None:
        super().__init__()
        first_padding = 3 if channels == 1 and size == (28, 28) else 1
        height, length = (side + 2 * (first_padding - 1) for side in size)
        if min(height, length) < 2**depth:
            raise InvalidInputError(
                f"network_depth={depth} is too deep for images of {size[0]}×{size[1]}, since each block halves them. "
                f"Use network_depth ≤ {int(math.log2(min(height, length)))} or larger images."
            )
        layers: list[nn.Module] = []
        for block in range(depth):
            layers += [
                nn.Conv2d(channels if block == 0 else width, width, 3, padding=first_padding if block == 0 else 1),
                nn.GroupNorm(width, width),
                nn.ReLU(inplace=True),
                nn.AvgPool2d(2),
            ]
        self.features = nn.Sequential(*layers)
        self.embedding_size = width * (height >> depth) * (length >> depth)
        self.classifier = nn.Linear(self.embedding_size, classes)
        # Convolutions on a CPU take half the time in this layout.
        self.to(memory_format=torch.channels_last)
        self._forward_batch = max(1, FORWARD_BYTES // (4 * width * height * length))

    def embed(self, images: Tensor) -> Tensor:
        """Features (B, width·h·w) of normalised float images (B, C, H, W), as they enter the classifier."""
        maps = images.contiguous(memory_format=torch.channels_last)
        for block in range(0, len(self.features), LAYERS_OF_A_BLOCK):
            convolution, instance_norm = self.features[block], self.features[block + 1]
            maps = _block(maps, cast(nn.Conv2d, convolution), cast(nn.GroupNorm, instance_norm))
        return maps.flatten(1)

    def forward(self, images: Tensor) -> Tensor:
        """Class logits (B, classes) of normalised float images (B, C, H, W)."""
        return self.classifier(self.embed(images))

    @torch.no_grad()
    def draw(self, generator: np.random.Generator) -> "ConvNet":
        """Redraws all weights in place, as PyTorch initialises these layers: U(±1/√fan_in), norms at 1 and 0."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                bound = 1 / math.sqrt(module.weight[0].numel())
                for parameter in module.parameters():
                    values = generator.random(tuple(parameter.shape), dtype=np.float32)
                    parameter.copy_(torch.from_numpy(values).mul_(2 * bound).sub_(bound))
            elif isinstance(module, nn.GroupNorm):
                module.reset_parameters()
        return self

    @torch.no_grad()
    def embed_frozen(self, images: Tensor) -> Tensor:
        """As `embed`, but without gradient and for any number of images, in batches that bound the memory."""
        batch = self._forward_batch if images.device.type == "cpu" else ACCELERATOR_BATCH
        return torch.cat([self.embed(part) for part in images.split(batch)])


def _block(maps: Tensor, convolution: nn.Conv2d, norm: nn.GroupNorm) -> Tensor:
    """One block: convolution → instance norm → ReLU → pooling, with the weights of the given layers.

    On a CPU, PyTorch's group norm is many times slower for channels-last maps. Here the variance is the mean square
    minus the squared mean; in float32 the features then differ from the two-pass result by about 1e-6.
    """
    maps = convolution(maps)
    pixels = maps.permute(0, 2, 3, 1).flatten(1, 2)
    mean = pixels.mean(dim=1)
    variance = (pixels.square().mean(dim=1) - mean.square()).clamp_min(0)
    scale = norm.weight * (variance + norm.eps).rsqrt()
    shift = norm.bias - mean * scale
    return F.avg_pool2d(torch.addcmul(shift[..., None, None], maps, scale[..., None, None]).relu_(), 2)
