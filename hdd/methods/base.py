"""What a method is. This module imports no torch, so that forms and command lines can list the knobs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import param

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from hdd.data import Dataset
    from hdd.records import StepRecord
    from hdd.sets import SyntheticSet
    from hdd.settings import Settings


class Method(ABC):
    """What moves the synthetic images of a run, one step at a time, steerable between steps.

    A step must be a function of data, settings in force, `state()` and (seed, step) alone, with every random number
    from `hdd.draws.generator`: that is what makes a run resumable, rewindable and replayable bit for bit. Import torch
    inside functions, or in a module of your own that is imported there.

    Args:
        data: the real images.
        settings: the knobs in force.

    Raises:
        HDDError: as `check`, or no memory.

    Attributes:
        knobs: declares the method's own knobs, as class attributes.
        objective: that it is published with, for whoever names the method and no objective.
        decoder: how stored images become images to train on, see `hdd.sets.SyntheticSet`.
        step_count: steps completed.
        images: (C, ipc, channels, H, W) float32 on the device, normalised.
    """

    knobs: ClassVar[type[param.Parameterized]]
    objective: ClassVar[str]
    decoder: ClassVar[str] = "plain"

    data: Dataset
    settings: Settings
    device: torch.device
    step_count: int
    images: Tensor

    @classmethod
    def defaults(cls, dataset: str) -> Mapping[str, Any]:
        """Values of knobs in which runs on a data set differ from the knobs' own defaults."""
        return {}

    @classmethod
    @abstractmethod
    def check(cls, data: Dataset, settings: Settings) -> None:
        """Makes sure, at no cost, that the method can be made of these.

        Raises:
            HDDError: what does not fit, by name.
        """

    @abstractmethod
    def __init__(self, data: Dataset, settings: Settings) -> None: ...

    @abstractmethod
    def steer(self, **changes: Any) -> None:
        """Changes steerable knobs from the next step on.

        Raises:
            HDDError: an unknown or fixed knob, or a value outside its bounds; nothing is changed then.
        """

    @abstractmethod
    def step(self) -> StepRecord:
        """Makes one step.

        Raises:
            HDDError: no memory, or images that diverge; they then stay as they were.
        """

    @abstractmethod
    def state(self) -> dict[str, Tensor]:
        """All that the next steps depend on besides the data and the settings; on the CPU, "images" among it."""

    @abstractmethod
    def load_state(self, state: dict[str, Tensor]) -> None:
        """Goes on from a `state()` of a method with the same data and settings."""

    def record(
        self, losses: Tensor, diagnostics: Mapping[str, Tensor], feature_scale: float, seconds: float
    ) -> StepRecord:
        """The record of the step that was completed last.

        Args:
            losses: (C,), without gradient.
            diagnostics: (C,) each, by the names of their columns, in the order in which they are recorded.
            feature_scale: factor on the features that was in force.
            seconds: that the step took, from its start to now.
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
        """The images as they stand, as a set that can be exported or evaluated."""
        from hdd.sets import SyntheticSet

        return SyntheticSet.of_grid(
            self.images.detach().cpu().numpy(),
            classes=self.data.classes,
            mean=tuple(float(value) for value in self.data.mean),
            std=tuple(float(value) for value in self.data.std),
            decoder=self.decoder,
        )
