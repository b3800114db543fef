"""Gradient descent with momentum on images."""

import torch
from torch import Tensor

from hdd.errors import DivergedError

DIVERGED = 1e4
"""Magnitude of a normalised pixel, ordinarily within ±3, at which images count as diverged."""


class Descent:
    """Images that follow a gradient.

    Args:
        images: (C, ipc, channels, H, W) float32, to start from.

    Attributes:
        images: as they stand.
        momentum: last step before the learning rate, of the same shape.
    """

    def __init__(self, images: Tensor) -> None:
        self.images = images
        self.momentum = torch.zeros_like(images)

    def leaf(self) -> Tensor:
        """The images as the start of a graph, whose losses `descend` takes."""
        return self.images.detach().requires_grad_()

    def descend(self, leaf: Tensor, losses: Tensor, lr: float, momentum: float, step: int) -> Tensor:
        """Makes a step down the sum of the losses.

        Args:
            leaf: from `leaf()`, of which the losses were computed.
            losses: (C,).
            lr: step size.
            momentum: share of the last step that is carried on, in [0, 1).
            step: steps completed, for the message.

        Returns:
            The gradient, of the shape of the images.

        Raises:
            HDDError: the images diverge; they then stay as they were.
        """
        (gradient,) = torch.autograd.grad(losses.sum(), leaf)
        direction = momentum * self.momentum + gradient
        images = self.images - lr * direction
        # Written so that NaN fails it as well.
        if not (torch.isfinite(losses).all() and (images.abs() <= DIVERGED).all()):
            raise DivergedError(
                f"The images diverge after step {step}: rewind to an earlier step and lower image_lr or weight."
            )
        self.images, self.momentum = images, direction
        return gradient

    @staticmethod
    @torch.no_grad()
    def gradient_norm(gradient: Tensor) -> Tensor:
        """Mean over each class's images of ‖∂loss/∂image‖, (C,)."""
        return gradient.flatten(2).norm(dim=-1).mean(dim=-1)
