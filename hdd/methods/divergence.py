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
        step_size: (C,) mean norm of the move of an image: of this step, or if that is not finite, of the one before.
    """

    def __init__(self, what: str, classes: Tensor, step_size: Tensor) -> None:
        super().__init__(what)
        self.what, self.classes, self.step_size = what, classes, step_size


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
        at_fault = found.classes.tolist()
        names = [name for name, bad in zip(classes, at_fault, strict=True) if bad]
        measured = {side: float(radius[found.classes].median()) for side, radius in radii().items()}
        facts = [
            f"objective {settings.objective}",
            f"median √|K|·radius {', '.join(f'{value:.3g} {side}' for side, value in measured.items())}",
            f"image step size {float(found.step_size[found.classes].max()):.3g}",
        ]
        what = {
            "images": f"the images of {_classes(names)} diverge",
            "loss": f"the loss of {_classes(names)} is not finite",
            "gradient": f"the gradient of the loss of {_classes(names)} is not finite",
        }
        lower = f"ower image_lr, which is {settings.image_lr:g}"
        remedy = (
            f"L{lower}."
            if found.what == "images"
            else f"Steer a knob of the objective, or l{lower}. `hdd check {settings.objective}` says whether the "
            "objective is at fault."
        )
        raise DivergedError(
            f"Step {step + 1} was not made because {what[found.what]} ({'; '.join(facts)}). {remedy}"
        ) from None


def _classes(names: Sequence[str]) -> str:
    """The classes in words: "class 'cat'", or "classes 'cat', 'dog'", with the number of those left out."""
    named = ", ".join(repr(name) for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"class{'es' if len(names) > 1 else ''} {named}{more}"
