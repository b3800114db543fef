"""Steps that are not made because images, losses or gradients would no longer be finite, and what is said of them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hdd.errors import DivergedError

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.settings import Settings

DIVERGED = 1e4
"""Above this magnitude of a normalised pixel, which is usually within ±3, the images count as diverged."""

_NAMED = 3
"""Classes that a message names; of more it gives the number."""


class Diverging(Exception):
    """A step down a gradient cannot be made.

    Args:
        what: "images", "loss" or "gradient".
        classes: (C,) bool, those at fault.
        step_size: (C,) mean norm of the move that images would make.
        last_step_size: (C,) that of the move before it.
    """

    def __init__(self, what: str, classes: Tensor, step_size: Tensor, last_step_size: Tensor) -> None:
        super().__init__(what)
        self.what, self.classes = what, classes
        self.step_size, self.last_step_size = step_size, last_step_size


@contextmanager
def explain_divergence(
    settings: Settings, step: int, classes: Sequence[str], radii: Callable[[], Mapping[str, Tensor]]
) -> Generator[None]:
    """Turns `Diverging` into a message that names the classes at fault, and says what they look like and what helps.

    Args:
        settings: the knobs in force.
        step: number of steps completed.
        classes: class names in label order.
        radii: gives √|K|·radius (C, N) of the "real" and the "synthetic" features.

    Raises:
        HDDError: in place of `Diverging`.
    """
    try:
        yield
    except Diverging as found:
        raise DivergedError(_message(found, settings, step, classes, radii())) from None


def _message(
    found: Diverging, settings: Settings, step: int, classes: Sequence[str], radii: Mapping[str, Tensor]
) -> str:
    at_fault = _classes([name for name, bad in zip(classes, found.classes.tolist(), strict=True) if bad])
    what = {
        "images": f"the images of {at_fault} diverge",
        "loss": f"the loss of {at_fault} is not finite",
        "gradient": f"the gradient of the loss of {at_fault} is not finite",
    }[found.what]
    medians = [f"{float(radius[found.classes].median()):.3g} {side}" for side, radius in radii.items()]
    size, before = (float(each[found.classes].max()) for each in (found.step_size, found.last_step_size))
    remedy = f"Lower image_lr, which is {settings.image_lr:g}."
    if found.what != "images":
        remedy = (
            f"Steer a knob of the objective, or image_lr, which is {settings.image_lr:g}. "
            f"`hdd check {settings.objective}` says whether the objective is at fault."
        )
    return (
        f"Step {step + 1} was not made because {what} (objective {settings.objective}; "
        f"median √|K|·radius {', '.join(medians)}; image step size {size:.3g}, before that {before:.3g}). {remedy}"
    )


def _classes(names: Sequence[str]) -> str:
    """The classes in words: "class 'cat'", or "classes 'cat', 'dog'", with the number of those left out."""
    named = ", ".join(repr(name) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"class{'es' if len(names) > 1 else ''} {named}{more}"
