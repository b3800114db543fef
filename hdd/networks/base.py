"""What all networks have in common."""

import math
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

FORWARD_BYTES = 2**23
"""Bytes of the first feature maps in a forward pass without gradient on a CPU, small enough to stay in its caches."""

ACCELERATOR_BATCH = 4096
"""Images in such a pass on an accelerator."""


class Network(nn.Module):
    """Layers that make features, and a linear classifier of them.

    Args:
        features: (B, C, H, W) → (B, …) with `embedding_size` numbers for each image.
        embedding_size: D, the size of a feature.
        classes: number of classes.
        first_values: numbers in the first feature maps of an image, which bounds the batches of `embed_frozen`.
    """

    def __init__(self, features: nn.Module, embedding_size: int, classes: int, first_values: int) -> None:
        super().__init__()
        self.features = features
        self.embedding_size = embedding_size
        self.classifier = nn.Linear(embedding_size, classes)
        # Convolutions on a CPU take half the time in this layout.
        self.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue] (the stubs lack this form)
        self._forward_batch = max(1, FORWARD_BYTES // (4 * first_values))

    def embed(self, images: Tensor) -> Tensor:
        """Features (B, D) of normalised float images (B, C, H, W), as they enter the classifier."""
        return self.features(images.contiguous(memory_format=torch.channels_last)).flatten(1)

    def forward(self, images: Tensor) -> Tensor:
        """Class logits (B, classes) of normalised float images (B, C, H, W)."""
        return self.classifier(self.embed(images))

    @torch.no_grad()
    def draw(self, generator: np.random.Generator) -> Self:
        """Redraws all weights in place, as PyTorch initialises these layers: U(±1/√fan_in), norms at 1 and 0."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                bound = 1 / math.sqrt(module.weight[0].numel())
                for parameter in module.parameters():
                    values = generator.random(tuple(parameter.shape), dtype=np.float32)
                    parameter.copy_(torch.from_numpy(values).mul_(2 * bound).sub_(bound))
            elif isinstance(module, nn.GroupNorm | nn.LayerNorm | nn.BatchNorm2d):
                module.reset_parameters()
        return self

    @torch.no_grad()
    def embed_frozen(self, images: Tensor, precision: str = "float32") -> Tensor:
        """As `embed`, but without gradient and for any number of images, in batches that bound the memory.

        Args:
            images: (B, C, H, W) normalised.
            precision: "float32", or "bfloat16" for the convolutions and linear layers; sums are float32 in either case,
                and so are the features.
        """
        kind, low = images.device.type, precision == "bfloat16"
        batch = self._forward_batch if kind == "cpu" else ACCELERATOR_BATCH
        with torch.autocast(kind, torch.bfloat16, enabled=low):
            return torch.cat([self.embed(part).float() for part in images.split(batch)])

    @property
    def has_batch_norm(self) -> bool:
        """Whether the features of an image depend on the others of its batch, unless statistics are measured."""
        return any(isinstance(module, nn.BatchNorm2d) for module in self.modules())

    @torch.no_grad()
    def measure_statistics(self, images: Tensor) -> None:
        """Makes all batch norms use the mean and variance that they see for `images` (B, C, H, W), until `draw`.

        Random networks with batch norm are used in this way by Zhao et al. (2021, "Dataset Condensation with Gradient
        Matching"), so that the features of an image do not depend on the others of its batch.
        """
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                # Without a momentum the first batch after a reset determines the statistics.
                module.momentum = None
        self.train()
        self.embed(images)
        self.eval()
