"""What a variant may use of steps, images and networks, and in what two of them differ. No torch."""

from collections.abc import Mapping
from typing import Any

from hdd.knobs.text import to_text
from hdd.settings import Settings
from hdd.study.grid import Variant

SYNTHETIC_IMAGES = "ipc"
"""The only knob of the budget that random real images have too."""


def budget(variant: Variant, tried: int) -> dict[str, Any]:
    """The values of the knobs that declare themselves part of the budget, by name, and the number of tuned values.

    Args:
        variant: what is run.
        tried: how many values of the tuned knobs the best is chosen from.
    """
    settings = variant.settings
    found = {name: getattr(settings, name) for name in settings.in_force() if Settings.knob(name).budget}
    if variant.arm.is_baseline:
        return {SYNTHETIC_IMAGES: found[SYNTHETIC_IMAGES]}
    return {**found, "values tried": tried}


def unequal(one: Mapping[str, Any], control: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Where two budgets differ, (one, control) by name; None for what one of them does not have.

    Random real images are bound to the number of images alone.
    """
    smaller = min(one, control, key=len)
    names = [SYNTHETIC_IMAGES] if [*smaller] == [SYNTHETIC_IMAGES] else {**one, **control}
    return {name: (one.get(name), control.get(name)) for name in names if one.get(name) != control.get(name)}


def words(name: str) -> str:
    """What a part of a budget is called, with its unit."""
    return name if name == "values tried" else Settings.knob(name).title


def difference_text(differing: Mapping[str, tuple[Any, Any]]) -> str:
    """For example "Steps 200, control 100; Real batch (images per class) 64, control 32"."""
    return "; ".join(
        f"{words(name)} {to_text(one)}, control {to_text(other)}" for name, (one, other) in differing.items()
    )
