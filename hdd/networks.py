"""The ConvNet of the dataset-distillation literature (Gidaris & Komodakis 2018; Zhao et al. 2021)."""

import math

import numpy as np
import torch
from torch import Tensor, nn

from hdd.errors import HDDError

FORWARD_BATCH = {"cpu": 64}
"""Images a forward pass without gradient; on the CPU as many as keep the feature maps near the caches."""


class ConvNet(nn.Module):
    """`depth` blocks of conv 3×3 → instance norm (affine) → ReLU → 2×2 average pooling, then a linear classifier.

    28×28 single-channel images are padded by 3 in the first convolution, so that the feature maps are those of a
    32×32 image. Layers and state-dict names are those of the literature's code.

    Args:
        channels: of the input images.
        size: (height, width) of the input images, each at least 2^depth after padding.
        classes: of the classifier.
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
            raise HDDError(
                f"network_depth={depth} is too deep for images of {size[0]}×{size[1]}: each block halves them. "
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
        # On a CPU wide convolutions take half the time channels last, and narrow instance norms half the time first.
        self._layout = torch.channels_last if width >= 64 else torch.contiguous_format
        self.to(memory_format=self._layout)

    def embed(self, images: Tensor) -> Tensor:
        """Features (B, width·h·w) of normalised float images (B, C, H, W), before the classifier."""
        return self.features(images.contiguous(memory_format=self._layout)).flatten(1)

    def forward(self, images: Tensor) -> Tensor:
        """Class logits (B, classes) of normalised float images (B, C, H, W)."""
        return self.classifier(self.embed(images))

    @torch.no_grad()
    def draw(self, generator: np.random.Generator) -> "ConvNet":
        """Redraws every weight in place, as PyTorch initialises these layers: U(±1/√fan_in), norms at 1 and 0."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                bound = 1 / math.sqrt(module.weight[0].numel())
                for parameter in (module.weight, module.bias):
                    values = generator.random(tuple(parameter.shape), dtype=np.float32)
                    parameter.copy_(torch.from_numpy(values).mul_(2 * bound).sub_(bound))
            elif isinstance(module, nn.GroupNorm):
                module.reset_parameters()
        return self

    @torch.no_grad()
    def embed_frozen(self, images: Tensor) -> Tensor:
        """`embed` without gradient for any number of images, in batches of bounded memory."""
        batch = FORWARD_BATCH.get(images.device.type, 4096)
        return torch.cat([self.embed(part) for part in images.split(batch)])
