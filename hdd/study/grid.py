"""The runs of a study: arms multiplied by the values of a grid, and by seeds. This module does not import torch."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from hdd.knobs.text import to_text
from hdd.protocol import RANDOM_REAL, Protocol
from hdd.settings import Settings

BASELINE_KNOBS = ("dataset", "image_size", "unreadable", "ipc")
"""The knobs on which an evaluation of random real images depends; no others multiply a baseline."""


@dataclass(frozen=True)
class Arm:
    """What is compared: the knobs in which it differs from the other arms.

    Attributes:
        name: as in the file.
        values: its knobs, and "preset" if it has one of its own.
        is_baseline: whether networks are trained on random real images, as many per class, and no steps are made.
    """

    name: str
    values: Mapping[str, Any]
    is_baseline: bool = False

    def varied(self, grid: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """The part of a grid that multiplies the arm: a knob that the arm sets itself does not."""
        return {
            name: values
            for name, values in grid.items()
            if name not in self.values and (not self.is_baseline or name in BASELINE_KNOBS)
        }


def points(grid: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """All combinations of the values of a grid; a grid without knobs has one, without values."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


@dataclass(frozen=True)
class Variant:
    """An arm at one point of the grid.

    Attributes:
        arm: the arm.
        point: the values of the grid's knobs that multiply the arm.
        settings: of its runs, with any seed.
        steps: after how many steps its images are evaluated, ascending; the last is the run's last step. A baseline has
            none of its own, and is recorded at step 0.
    """

    arm: Arm
    point: Mapping[str, Any]
    settings: Settings
    steps: tuple[int, ...]

    @property
    def label(self) -> str:
        """For example "hdd, image_lr=0.3"."""
        return ", ".join([self.arm.name, *(f"{name}={to_text(value)}" for name, value in self.point.items())])


@dataclass(frozen=True)
class Cell:
    """A run of a study: a variant with a seed."""

    variant: Variant
    seed: int

    @cached_property
    def settings(self) -> Settings:
        """The settings that the run starts with."""
        return Settings(**{**self.variant.settings.values(), "seed": self.seed})

    @property
    def label(self) -> str:
        """For example "hdd, image_lr=0.3, seed 1"."""
        return f"{self.variant.label}, seed {self.seed}"

    @property
    def run_name(self) -> str:
        """The name of its run directory: letters, digits and a few signs that every file system allows."""
        parts = [*self.variant.label.split(", "), f"seed={self.seed}"]
        return ",".join(re.sub(r"[^A-Za-z0-9.=+_-]+", "-", part) for part in parts)

    def protocol(self, of_study: Protocol) -> Protocol:
        """How its images are evaluated: the networks of equal seeds are the same for all arms."""
        images = RANDOM_REAL if self.variant.arm.is_baseline else of_study.images
        return replace(of_study, seed=self.seed, images=images)
