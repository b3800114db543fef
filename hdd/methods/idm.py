"""Improved distribution matching (Zhao et al., CVPR 2023, arXiv 2307.09742), with any objective of `hdd.objectives`.

With the objective "hdd" it is IDM+HDD of Li et al. (2025). It differs from `hdd.methods.dm` in three ways. Each stored
image holds four images of half size, which are enlarged before they are used. The network of a step comes from a queue
of networks that are trained a little on the real images. The loss of a class has one more term: the cross-entropy of
its images under that network, weighted by the network's running training accuracy.

The released code moves the images class by class. Given the network, the loss of a class depends on its own images
alone, so one step of all classes, which is made here, is the same with another learning rate and momentum:
`hdd.methods.published.class_by_class` says which.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hdd.knobs import Integer, Number
from hdd.methods.dm import DM
from hdd.methods.knobs import OPTIMISATION, MatchingKnobs
from hdd.methods.network_pool import NetworkPool
from hdd.methods.published import IDM_PRESETS
from hdd.sets.decoders import check_quadrants

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.data import Dataset
    from hdd.methods.batches import Batches
    from hdd.records import StepRecord
    from hdd.settings import Settings

QUEUE = "Network queue"


class IDMKnobs(MatchingKnobs):
    """The knobs of DM, the weight of the cross-entropy, and the queue of networks."""

    ce_weight = Number(
        0.5,
        bounds=(0, 1e6),
        softbounds=(0.0, 2.0),
        step=0.05,
        label="Cross-entropy weight",
        unit="per percent",
        group=OPTIMISATION,
        doc="Factor on the cross-entropy of the synthetic images, which is also multiplied by the running training "
        "accuracy, in percent, of the network that matches; 0.1 or 0.5 in the released code, by data set.",
    )
    queue_size = Integer(
        20,
        bounds=(1, 10_000),
        softbounds=(1, 100),
        step=1,
        label="Networks",
        group=QUEUE,
        doc="Largest number of networks in the queue; the oldest one leaves when a new one comes. It is 100 in the "
        "released code. A checkpoint holds the weights and the momentum of each trained network.",
    )
    queue_start = Integer(
        3,
        bounds=(1, 10_000),
        steerable=False,
        label="Networks at the start",
        group=QUEUE,
        doc="Number of networks in the queue before the first one is pushed, which happens ahead of the first step.",
    )
    queue_interval = Integer(
        30,
        bounds=(1, 10**8),
        softbounds=(1, 100),
        step=1,
        label="New network every",
        unit="steps",
        group=QUEUE,
        doc="Steps after which a freshly drawn network is pushed; in the released code 30, or 5 with one image per "
        "class.",
    )
    queue_trained = Integer(
        2,
        bounds=(0, 10_000),
        softbounds=(0, 10),
        step=1,
        budget=True,
        label="Trained networks",
        unit="per step",
        group=QUEUE,
        doc="Number of random networks of the queue that are trained after each step; 2 in the released code.",
    )
    queue_steps = Integer(
        10,
        bounds=(0, 100_000),
        softbounds=(0, 50),
        step=1,
        budget=True,
        label="Training steps",
        unit="per network and step",
        group=QUEUE,
        doc="Number of batches on which each of them is trained; 10 or 50 in the released code.",
    )
    queue_batch = Integer(
        256,
        bounds=(1, 10**6),
        softbounds=(1, 1024),
        step=1,
        budget=True,
        label="Training batch",
        unit="images",
        group=QUEUE,
        doc="Number of real images of all classes in such a batch; 256 in the released code. Pruning leaves none out.",
    )
    queue_lr = Number(
        0.01,
        bounds=(0, 1e3),
        softbounds=(0.0001, 1.0),
        scale="log",
        label="Network learning rate",
        unit="per training step",
        group=QUEUE,
        doc="Learning rate of that training, by SGD with momentum 0.9 and weight decay 0.0005; 0.01 in the released "
        "code.",
    )
    queue_accuracy_interval = Integer(
        100,
        bounds=(1, 10**8),
        softbounds=(1, 1000),
        step=1,
        label="Reset accuracies every",
        unit="steps",
        group=QUEUE,
        doc="Steps after which the running training accuracies begin anew; a network that was not trained since counts "
        "as 0. The released code resets them whenever it evaluates.",
    )


_STEP = {"image_lr": 0.4, "momentum": 0.0}
"""About the joint step that is equal to the released one with image learning rate 0.2 and momentum 0.5."""

_LESS_TRAINING = {"queue_size": 10, "queue_steps": 2, "queue_batch": 64}


class IDM(DM):
    """Improved distribution matching: four images in each stored one, and networks that are trained a little."""

    knobs = IDMKnobs
    presets = IDM_PRESETS
    decoder = "quadrants"

    @classmethod
    def defaults(cls, dataset: str) -> Mapping[str, Any]:
        """See `Method.defaults`: those of DM with another step, and on the small bundled digits less training."""
        return {**super().defaults(dataset), **_STEP, **(_LESS_TRAINING if dataset == "digits" else {})}

    @classmethod
    def check(cls, data: Dataset, settings: Settings) -> None:
        """See `DM.check`.

        Raises:
            HDDError: as in DM, or the images have an odd side.
        """
        check_quadrants(*data.size)
        super().check(data, settings)

    def _make_batches(self) -> Batches:
        from hdd.methods.quadrant_batches import QuadrantBatches

        self._quadrants = QuadrantBatches(self.data, self.settings, self.device)
        return self._quadrants

    def _step(self) -> StepRecord:
        started = time.perf_counter()
        # If there is too little memory or the images diverge, the queue must stay as it was.
        networks = self._quadrants.queue.after(self.step_count, self.settings)
        record = super()._step()
        self._quadrants.queue.networks = networks
        return replace(record, seconds=time.perf_counter() - started)

    @property
    def _network_pool(self) -> NetworkPool:
        # The queue takes the place of the pool; what it brings in a step was trained since the last one.
        return NetworkPool()

    def _total(self, matching: Tensor, features: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        weight = self.settings.ce_weight * self._quadrants.matching.accuracy
        entropy = self._quadrants.cross_entropy(features)
        parts = {
            "matching_loss": matching.detach(),
            "cross_entropy": entropy.detach(),
            "cross_entropy_weight": entropy.new_full(entropy.shape, weight),
        }
        return matching + weight * entropy, parts

    def state(self) -> dict[str, Tensor]:
        """See `DM.state`; the queue of networks is part of it."""
        return super().state() | self._quadrants.queue.state()

    def load_state(self, state: dict[str, Tensor]) -> None:
        """See `Method.load_state`."""
        super().load_state(state)
        self._quadrants.queue.load_state(state)
