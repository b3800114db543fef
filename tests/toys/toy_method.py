"""The smallest method: images drift towards the mean image of their class, without any network."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import param

from hdd.devices import pick_device
from hdd.errors import DivergedError
from hdd.knobs import Number
from hdd.methods import Method
from hdd.records import StepRecord

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.data import Dataset
    from hdd.settings import Settings


class DriftKnobs(param.Parameterized):
    """How fast the images drift."""

    drift_rate = Number(
        0.1,
        bounds=(0, 1),
        softbounds=(0.0, 1.0),
        step=0.05,
        label="Drift rate",
        unit="fraction per step",
        group="Optimisation",
        doc="Share of the way to the mean image of its class that an image goes in a step.",
    )


class Drift(Method):
    """Images drift towards the mean image of their class."""

    knobs = DriftKnobs
    objective = "mean"

    @classmethod
    def check(cls, data: Dataset, settings: Settings) -> None:
        """See `Method.check`."""
        pick_device(settings.device)

    def __init__(self, data: Dataset, settings: Settings) -> None:
        import torch

        from hdd.draws import generator

        self.data, self.settings, self.device, self.step_count = data, settings, pick_device(settings.device), 0
        self._means = torch.stack(
            [data.normalise(data.train_images[data.train_labels == c]).mean(0) for c in range(len(data.classes))]
        )
        shape = (len(data.classes), settings.ipc, *self._means.shape[1:])
        noise = generator(settings.seed, "initial images").standard_normal(shape)
        self.images = torch.from_numpy(noise).float()

    def steer(self, **changes: Any) -> None:
        """See `Method.steer`."""
        self.settings = self.settings.changed(**changes)

    def step(self) -> StepRecord:
        """See `Method.step`."""
        started = time.perf_counter()
        way = self._means[:, None] - self.images
        images = self.images + self.settings.drift_rate * way
        if not images.isfinite().all():
            raise DivergedError("The images would not be finite any more: lower drift_rate, or rewind.")
        self.images, self.step_count = images, self.step_count + 1
        losses = way.flatten(1).square().mean(dim=1)
        return self.record(losses, {"way": way.flatten(1).norm(dim=1)}, 1.0, time.perf_counter() - started)

    def state(self) -> dict[str, Tensor]:
        """See `Method.state`."""
        import torch

        return {"step": torch.tensor(self.step_count), "images": self.images}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """See `Method.load_state`."""
        self.step_count, self.images = int(state["step"]), state["images"]
