"""Gradient descent with momentum on images, some of which may be frozen."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from hdd.methods.divergence import DIVERGED, Diverging


class Descent:
    """Images that follow a gradient, whose norm can be set.

    Args:
        images: (C, ipc, channels, H, W) float32, the initial images.

    Attributes:
        images: the current images.
        momentum: the last step before it was multiplied by the learning rate, of the same shape.
        norms: (C,) mean norm of the gradient of an image that moved, after the factor, in the last step; 0 before the
            first.
        factors: (C,) by which the gradient of each class was multiplied last; 0 to be measured in the next step.
    """

    def __init__(self, images: Tensor) -> None:
        self.images = images
        self.momentum = torch.zeros_like(images)
        self.norms = images.new_zeros(images.shape[:1])
        self.factors = images.new_ones(images.shape[:1])
        self._moving: tuple[Tensor, Tensor] | None = None
        """Rows (C, 1) and columns (C, m) of the images that move; None if all do."""

    def move_only(self, kept: np.ndarray) -> None:
        """Freezes all images but the kept ones, and their momentum, until this is called again.

        Args:
            kept: (C, ipc) bool, true for as many images of each class.
        """
        if kept.all():
            self._moving = None
            return
        columns = torch.from_numpy(kept.nonzero()[1]).view(len(kept), -1)
        rows = torch.arange(len(kept))[:, None]
        self._moving = rows.to(self.images.device), columns.to(self.images.device)

    def _moving_of(self, values: Tensor) -> Tensor:
        """The part (C, m, …) of `values` (C, ipc, …) that belongs to the images that move."""
        return values if self._moving is None else values[self._moving]

    def _with_moved(self, values: Tensor, moved: Tensor) -> Tensor:
        """`values` (C, ipc, …), with `moved` (C, m, …) in place of the part that `_moving_of` gives."""
        return moved if self._moving is None else values.index_put(self._moving, moved)

    def leaf(self) -> Tensor:
        """The m images of each class that move, (C, m, …), as the leaf of a new graph.

        `descend` takes the losses computed from it.
        """
        return self._moving_of(self.images).detach().requires_grad_()

    def objective_switched(self) -> None:
        """Says that the next losses are those of another objective, so that a factor has to be measured."""
        self.factors = torch.zeros_like(self.factors)

    def state(self) -> dict[str, Tensor]:
        """All attributes, as CPU tensors."""
        return {
            "images": self.images.cpu(),
            "momentum": self.momentum.cpu(),
            "gradient_norms": self.norms.cpu(),
            "gradient_factors": self.factors.cpu(),
        }

    def load_state(self, state: Mapping[str, Tensor]) -> None:
        """Continues from a `state()`, or from one of version 0.1, which had no norms and no factors."""
        self.images, self.momentum = (state[name].to(self.images.device) for name in ("images", "momentum"))
        fresh = Descent(self.images)
        self.norms = state.get("gradient_norms", fresh.norms).to(self.images.device)
        self.factors = state.get("gradient_factors", fresh.factors).to(self.images.device)

    def descend(
        self, leaf: Tensor, losses: Tensor, lr: float, momentum: float, gradient_norm: float | str | None
    ) -> dict[str, Tensor]:
        """Makes a step down the gradient of the sum of the losses.

        Args:
            leaf: the result of `leaf()` from which the losses were computed.
            losses: (C,).
            lr: step size.
            momentum: fraction of the last step that is added to this one, in [0, 1).
            gradient_norm: the mean norm over the moving images of a class to which its gradient is scaled; None leaves
                the gradient as it is. "auto" multiplies it by the factor of the last step or, after
                `objective_switched`, by the one that gives it the norm of the last step. Where there is no such factor,
                because a norm is 0 or there was no step, it is 1.

        Returns:
            What is recorded of the step, (C,) each: gradient_norm, the mean of ‖∂loss/∂image‖ over the images of the
            class that move, multiplied by gradient_factor, the factor that was in force.

        Raises:
            Diverging: the losses or the gradient are not finite, or the images diverge. Then they stay as they were.
        """
        (gradient,) = torch.autograd.grad(losses.sum(), leaf)
        norms = gradient.flatten(2).norm(dim=-1).mean(dim=-1)
        factors = self._factors(norms, gradient_norm)
        last = self._moving_of(self.momentum)
        direction = momentum * last + factors.view(-1, *[1] * (gradient.dim() - 1)) * gradient
        images = self._moving_of(self.images) - lr * direction
        # The comparison is written so that NaN fails it too.
        if not (torch.isfinite(losses.sum() + norms.sum()) & (images.abs() <= DIVERGED).all()):
            raise self._diverging(losses, norms, images, lr, direction, last)
        self.images = self._with_moved(self.images, images)
        self.momentum = self._with_moved(self.momentum, direction)
        self.norms, self.factors = factors * norms, factors
        return {"gradient_norm": self.norms, "gradient_factor": self.factors}

    def _diverging(
        self, losses: Tensor, norms: Tensor, images: Tensor, lr: float, direction: Tensor, last: Tensor
    ) -> Diverging:
        """What is wrong with a step to `images` along `direction`, after one along `last`."""
        sizes = tuple(lr * each.flatten(2).norm(dim=-1).mean(dim=-1) for each in (direction, last))
        left, diverge = (~(each.abs() <= DIVERGED).flatten(1).all(dim=1) for each in (self.images, images))
        for what, bad in (("images", left), ("loss", ~losses.isfinite()), ("gradient", ~norms.isfinite())):
            if bad.any():
                return Diverging(what, bad, *sizes)
        # Without any of these, the images to come diverge, or else a sum over the classes is too large.
        return Diverging("images", diverge, *sizes) if diverge.any() else Diverging("loss", ~diverge, *sizes)

    def _factors(self, norms: Tensor, gradient_norm: float | str | None) -> Tensor:
        if gradient_norm is None:
            return torch.ones_like(norms)
        wanted = self.norms if isinstance(gradient_norm, str) else torch.full_like(norms, gradient_norm)
        measured = wanted / norms
        measured = torch.where((measured > 0) & measured.isfinite(), measured, 1)
        return torch.where(self.factors == 0, measured, self.factors) if gradient_norm == "auto" else measured
