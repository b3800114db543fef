"""Batches of IDM: stored images that hold four images each, and networks from a queue."""

import torch
import torch.nn.functional as F
from torch import Tensor

from hdd.data import Dataset
from hdd.draws import generator
from hdd.methods.batches import Batches
from hdd.methods.network_queue import NetworkQueue, QueuedNetwork
from hdd.sets.decoders import QUADRANTS, pack_quadrants, unpack_quadrants
from hdd.settings import Settings


class QuadrantBatches(Batches):
    """As `Batches`, for stored images that hold four images each, and with the networks of a queue.

    Attributes:
        queue: the networks.
        matching: the network that was taken from the queue last.
    """

    def __init__(self, data: Dataset, settings: Settings, device: torch.device) -> None:
        super().__init__(data, settings, device)
        self.queue = NetworkQueue(data, settings, self._real)
        self.matching: QueuedNetwork = self.queue.networks[0]

    def initial_images(self, init: str, ipc: int) -> Tensor:
        """As `Batches.initial_images`; each quadrant is a real image of half size (its 2×2 pixels are averaged)."""
        if init != "real":
            return super().initial_images(init, ipc)
        draws = [generator(self._seed, "initial images", 0, label) for label in range(len(self._data.classes))]
        chosen = torch.cat([self.pool.draw(draws.__getitem__, ipc) for _ in QUADRANTS])
        halved = F.avg_pool2d(self._normalised(chosen).flatten(0, 1), 2)
        return pack_quadrants(halved.view(len(QUADRANTS), len(draws), ipc, *halved.shape[1:]))

    def draw_network(self, step: int) -> None:
        """Takes the network of the step from the queue."""
        self.matching = self.queue.at(step)
        self.queue.load(self.matching, self._network)
        self._measure_statistics(step)

    def synthetic_features(self, images: Tensor, step: int, augmentation: str) -> Tensor:
        """Features (C, 4·ipc, D), with gradient, of the images that stored images (C, ipc, …) hold."""
        held = unpack_quadrants(images.flatten(0, 1)).unflatten(0, (len(images), -1))
        return super().synthetic_features(held, step, augmentation)

    def cross_entropy(self, features: Tensor) -> Tensor:
        """The mean cross-entropy of each class, (C,), of features (C, M, D) under the network that matches."""
        labels = torch.arange(len(features), device=features.device).repeat_interleave(features.shape[1])
        entropy = F.cross_entropy(self._network.classifier(features.flatten(0, 1)), labels, reduction="none")
        return entropy.view(features.shape[:2]).mean(dim=1)
