"""Real images for methods that match features: pool, draws, augmentation, and a network for each step.

All draws are functions of (seed, purpose, step, class), see `hdd.draws`.
"""

import numpy as np
import torch
from torch import Tensor

from hdd.augment import siamese
from hdd.data import ClassPool, Dataset
from hdd.devices import has_bfloat16, pick_device
from hdd.draws import generator
from hdd.errors import InvalidInputError
from hdd.methods.network_pool import KeptFeatures
from hdd.networks import OPTIONS
from hdd.networks import make_network as make_network_of
from hdd.networks.base import Network
from hdd.pruning.scores import pruning_mask, score_images
from hdd.settings import Settings

REAL_BLOCK = 4096
"""Real images that are normalised and augmented at a time; this bounds the memory when there are many classes."""


STATISTICS_BATCH = 16
"""Real images of each class that the statistics of batch norms are measured on, as in the literature's code."""


def make_network(data: Dataset, settings: Settings) -> Network:
    """Makes a network for the images of `data`, as the network's knobs say.

    Raises:
        HDDError: the images are too small for it, or its knobs do not fit together.
    """
    options = {option: getattr(settings, f"network_{option}") for option in OPTIONS}
    return make_network_of(settings.network, data.channels, data.size, len(data.classes), **options)


def check_fits(data: Dataset, settings: Settings) -> None:
    """Checks, without computing anything, that batches can be made from this data with these settings.

    Raises:
        HDDError: ipc is larger than the smallest class, the network does not fit the images, or the device does not
            have the precision.
    """
    device = pick_device(settings.device)
    if settings.real_precision == "bfloat16" and not has_bfloat16(device):
        raise InvalidInputError(f"real_precision=bfloat16 is not available on {device}: give float32.")
    counts = torch.bincount(data.train_labels, minlength=len(data.classes))
    smallest = int(counts.min())
    if settings.ipc > smallest:
        raise InvalidInputError(
            f"ipc={settings.ipc} is more than the {smallest} training images of class "
            f"{data.classes[int(counts.argmin())]!r}: give ipc ≤ {smallest}."
        )
    with torch.device("meta"):
        make_network(data, settings)


class Batches:
    """The real images of a run, and the network of a step.

    Args:
        data: the real images.
        settings: the seed and the network are taken from here; steerable knobs are passed to each call.
        device: the device that computes.

    Attributes:
        pool: the real images of each class, and which of them pruning keeps.
    """

    def __init__(self, data: Dataset, settings: Settings, device: torch.device) -> None:
        self._data = data
        self._seed = settings.seed
        self._device = device
        self._real_precision = settings.real_precision
        self.pool = ClassPool(data.train_labels, len(data.classes))
        self._network = make_network(data, settings).to(device)
        self._network.requires_grad_(False)
        self._real = data.train_images.to(device)
        self._kept = KeptFeatures()
        self._kept_mask = self.pool.mask

    def initial_images(self, init: str, ipc: int) -> Tensor:
        """The images (C, ipc, channels, H, W) of step 0: real images of each class for "real", or noise for "noise"."""
        if init == "real":
            return self._normalised(
                self.pool.draw(lambda label: generator(self._seed, "initial images", 0, label), ipc)
            )
        shape = (ipc, *self._real.shape[1:])
        noise = [
            generator(self._seed, "initial images", 0, label).standard_normal(shape, dtype=np.float32)
            for label in range(len(self._data.classes))
        ]
        return torch.from_numpy(np.stack(noise)).to(self._device)

    def _normalised(self, indices: Tensor) -> Tensor:
        """The real images (C, N, channels, H, W) at indices (C, N), normalised."""
        images = self._data.normalise(self._real[indices.flatten().to(self._device)])
        return images.view(*indices.shape, *images.shape[1:])

    def _augmentation_draws(self, step: int, labels: range) -> list[np.random.Generator]:
        return [generator(self._seed, "augmentation", step, label) for label in labels]

    def draw_network(self, step: int) -> None:
        """Draws the network of the step that comes after `step` completed steps."""
        self._network.draw(generator(self._seed, "network", step))
        self._measure_statistics(step)

    def _measure_statistics(self, step: int) -> None:
        """Gives batch norms of the step's network the statistics of real images."""
        if self._network.has_batch_norm:
            chosen = self.pool.draw(
                lambda label: generator(self._seed, "batch statistics", step, label), STATISTICS_BATCH
            )
            self._network.measure_statistics(self._normalised(chosen).flatten(0, 1))

    def real_features(self, step: int, batch: int, augmentation: str, kept: int = 0) -> Tensor:
        """Features (C, N, D) of real images, augmented, from the network that was drawn last.

        Args:
            step: number of steps that were completed when the images, the augmentation and the network were drawn.
            batch: number of images of each class.
            augmentation: operations of `hdd.augment.siamese`.
            kept: number of networks whose features are kept, so that they are not computed again.
        """
        if self._kept_mask is not self.pool.mask:
            self._kept.forget()
            self._kept_mask = self.pool.mask
        key = step, batch, augmentation
        return self._kept.get(key, kept, lambda: self._embed_real(*key))

    def _embed_real(self, step: int, batch: int, augmentation: str) -> Tensor:
        indices = self.pool.draw(lambda label: generator(self._seed, "real", step, label), batch)
        block = max(1, REAL_BLOCK // indices.shape[1])
        features = []
        for start in range(0, len(indices), block):
            labels = range(start, min(start + block, len(indices)))
            images = siamese(
                self._normalised(indices[start : start + block]), augmentation, self._augmentation_draws(step, labels)
            )
            embedded = self._network.embed_frozen(images.flatten(0, 1), self._real_precision)
            features.append(embedded.view(*images.shape[:2], -1))
        return torch.cat(features)

    def synthetic_features(self, images: Tensor, step: int, augmentation: str) -> Tensor:
        """Features (C, ipc, D), with gradient, of synthetic images (C, ipc, …), augmented like the real ones."""
        augmented = siamese(images, augmentation, self._augmentation_draws(step, range(len(images))))
        return self._network.embed(augmented.flatten(0, 1)).view(*images.shape[:2], -1)

    @staticmethod
    def centred(settings: Settings, real: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
        """Features (…, D) less what the knob feature_centre says: the mean of the real ones, or nothing."""
        if settings.feature_centre == "none":
            return real, *others
        mean = real.flatten(0, -2).mean(dim=0)
        return tuple(features - mean for features in (real, *others))

    def prune(self, settings: Settings) -> None:
        """Applies the pruning knobs to the pool."""
        if settings.pruning_rate == 0:
            self.pool.set_mask(None)
            return
        scores = score_images(self._data, settings.seed, settings.network_depth, self._device)
        mask = pruning_mask(
            scores[settings.pruning_score], self._data.train_labels, settings.pruning_rate, settings.pruning_keep
        )
        self.pool.set_mask(mask)
