"""The base class of methods. This module does not import torch, so that forms and command lines can list the knobs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import param

from hdd.knobs import Preset
from hdd.pruning.mask import Mask

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from hdd.data import Dataset
    from hdd.records import StepRecord
    from hdd.sets import SyntheticSet
    from hdd.settings import Settings


class Method(ABC):
    """Moves the synthetic images of a run, one step at a time; it can be steered between steps.

    A step must depend only on the data, the settings in force, `state()` and (seed, step), and must take every random
    number from `hdd.draws.generator`. This is what makes it possible to resume, rewind and replay a run bit for bit.
    Import torch inside functions, or in a module of your own that is imported inside functions.

    Args:
        data: the real images.
        settings: the knobs in force.

    Raises:
        HDDError: as in `check`, or the device has too little memory.

    Attributes:
        knobs: the class that declares the method's own knobs as class attributes.
        objective: the objective that the method was published with, which is taken if a user names only the method.
        presets: named sets of values for runs with this method.
        decoder: how stored images become images to train on, see `hdd.sets.SyntheticSet`.
        step_count: number of steps completed.
        images: (C, ipc, channels, H, W) float32 on the device, normalised.
    """

    knobs: ClassVar[type[param.Parameterized]]
    objective: ClassVar[str]
    presets: ClassVar[Mapping[str, Preset]] = {}
    decoder: ClassVar[str] = "plain"

    data: Dataset
    settings: Settings
    device: torch.device
    step_count: int
    images: Tensor

    @classmethod
    def defaults(cls, dataset: str) -> Mapping[str, Any]:
        """Values of knobs that runs on this data set start with in place of the knobs' own defaults."""
        return {}

    @classmethod
    @abstractmethod
    def check(cls, data: Dataset, settings: Settings) -> None:
        """Checks, without computing anything, that the method can be made from this data and these settings.

        Raises:
            HDDError: something does not fit; the message names it.
        """

    @abstractmethod
    def __init__(self, data: Dataset, settings: Settings) -> None: ...

    @abstractmethod
    def steer(self, **changes: Any) -> None:
        """Changes steerable knobs from the next step on.

        Raises:
            HDDError: a knob is unknown or fixed, or a value is outside its bounds. Then nothing is changed.
        """

    @abstractmethod
    def step(self) -> StepRecord:
        """Makes one step.

        Raises:
            HDDError: the device has too little memory, or (`DivergedError`) images, losses or their gradient would not
                be finite. Then everything stays as it was.
        """

    @abstractmethod
    def state(self) -> dict[str, Tensor]:
        """Everything that the next steps depend on besides data and settings: CPU tensors, among them "images"."""

    @abstractmethod
    def load_state(self, state: dict[str, Tensor]) -> None:
        """Continues from a `state()` of a method with the same data and settings."""

    @property
    def mask(self) -> Mask:
        """The synthetic images that are matched, moved and part of the set: all of them.

        A method whose knobs include those of `hdd.pruning.distilled_knobs` overrides this. It leaves images out when
        `steer` sets one of these knobs, and then depends only on the images and settings of that step
        (`hdd.pruning.distilled.distilled_mask`). What is left out stays as it is, with all that moves it, such as its
        momentum, until it is kept again; and the mask is part of `state()`.
        """
        return Mask.of_all(*self.images.shape[:2])

    def record(
        self, losses: Tensor, diagnostics: Mapping[str, Tensor], feature_scale: float, seconds: float
    ) -> StepRecord:
        """Makes the record of the step that was completed last.

        Args:
            losses: (C,), without gradient.
            diagnostics: (C,) each, by the names of their columns, in the order in which they are recorded.
            feature_scale: the factor on the features that was in force.
            seconds: how long the step took, from its start until now.
        """
        import torch

        from hdd.records import StepRecord

        columns = {"loss": losses, **diagnostics}
        return StepRecord(
            step=self.step_count,
            loss=float(losses.sum()),
            feature_scale=feature_scale,
            seconds=seconds,
            classes=torch.stack(list(columns.values()), dim=-1).cpu().numpy().astype(np.float32),
            columns=tuple(columns),
        )

    def synthetic(self) -> SyntheticSet:
        """The current images that are kept, as a set that can be exported or evaluated."""
        from hdd.sets import SyntheticSet

        return SyntheticSet.of_grid(
            self.images.detach().cpu().numpy(),
            self.mask.kept,
            classes=self.data.classes,
            mean=tuple(float(value) for value in self.data.mean),
            std=tuple(float(value) for value in self.data.std),
            decoder=self.decoder,
        )
