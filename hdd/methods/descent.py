"""Gradient descent with momentum on images."""

import torch
from torch import Tensor

from hdd.errors import DivergedError

DIVERGED = 1e4
"""Above this magnitude of a normalised pixel, which is usually within ±3, the images count as diverged."""


def _what_diverged(images: Tensor, losses: Tensor, gradient: Tensor, step: int) -> str:
    for what, values in (("loss", losses), ("gradient of the loss", gradient)):
        if (images.abs() <= DIVERGED).all() and not torch.isfinite(values).all():
            return (
                f"The {what} is not finite after step {step}: rewind to an earlier step and steer a knob of the "
                "objective. `hdd check` with the objective's name says whether the objective is at fault."
            )
    return f"The images diverge after step {step}: rewind to an earlier step and lower image_lr."


class Descent:
    """Images that follow a gradient.

    Args:
        images: (C, ipc, channels, H, W) float32, the initial images.

    Attributes:
        images: the current images.
        momentum: the last step before it was multiplied by the learning rate, of the same shape.
    """

    def __init__(self, images: Tensor) -> None:
        self.images = images
        self.momentum = torch.zeros_like(images)

    def leaf(self) -> Tensor:
        """The images as the leaf of a new graph; `descend` takes the losses computed from it."""
        return self.images.detach().requires_grad_()

    def descend(self, leaf: Tensor, losses: Tensor, lr: float, momentum: float, step: int) -> Tensor:
        """Makes a step down the gradient of the sum of the losses.

        Args:
            leaf: the result of `leaf()` from which the losses were computed.
            losses: (C,).
            lr: step size.
            momentum: fraction of the last step that is added to this one, in [0, 1).
            step: number of steps completed, for the message.

        Returns:
            The gradient, in the shape of the images.

        Raises:
            HDDError: the images diverge. Then they stay as they were.
        """
        (gradient,) = torch.autograd.grad(losses.sum(), leaf)
        direction = momentum * self.momentum + gradient
        images = self.images - lr * direction
        # The comparison is written so that NaN fails it too.
        if not (torch.isfinite(losses).all() and (images.abs() <= DIVERGED).all()):
            raise DivergedError(_what_diverged(leaf, losses, gradient, step))
        self.images, self.momentum = images, direction
        return gradient

    @staticmethod
    @torch.no_grad()
    def gradient_norm(gradient: Tensor) -> Tensor:
        """Mean of ‖∂loss/∂image‖ over the images of each class, (C,)."""
        return gradient.flatten(2).norm(dim=-1).mean(dim=-1)
