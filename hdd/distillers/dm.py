"""Distribution matching: the synthetic images follow the gradient of an objective on features of random networks.

Zhao & Bilen (WACV 2023) with any objective of `hdd.objectives`; with "hdd" it is DM+HDD of Li et al. (2025). Each
step draws a fresh network, real images and an augmentation, so a step depends on the images, the momentum and
(seed, step) alone.
"""

import inspect
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hdd.augment import siamese
from hdd.data import ClassPool, Dataset
from hdd.draws import generator
from hdd.errors import HDDError
from hdd.networks import ConvNet
from hdd.objectives import resolve
from hdd.objectives.lorentz import auto_feature_scale, centroid_distance
from hdd.pruning import pruning_mask, score_images
from hdd.records import StepRecord
from hdd.settings import Settings

REAL_BLOCK = 4096
"""Real images that are normalised and augmented at a time, which bounds memory with many classes."""

DIVERGED = 1e4
"""Magnitude of a normalised pixel, ordinarily within ±3, at which images count as diverged."""


def pick_device(name: str) -> torch.device:
    """The device called `name`; "auto" is CUDA, else MPS, else the CPU.

    Raises:
        HDDError: that device is not here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    device = torch.device(name)
    here = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}[device.type]
    if here and device.type == "cuda":
        here = (device.index or 0) < torch.cuda.device_count()
    if not here:
        raise HDDError(f"device={name!r} is not on this machine: give auto, cpu or a device that torch sees.")
    return device


def check_fits(data: Dataset, settings: Settings) -> None:
    """Makes sure that a distiller of `data` can be made with `settings`, at no cost.

    Raises:
        HDDError: more images per class than a class has, a device that is not here, or too deep a network.
    """
    counts = torch.bincount(data.train_labels, minlength=len(data.classes))
    smallest = int(counts.min())
    if settings.ipc > smallest:
        raise HDDError(
            f"ipc={settings.ipc} is above the {smallest} training images of class "
            f"{data.classes[int(counts.argmin())]!r}: give ipc ≤ {smallest}."
        )
    pick_device(settings.device)
    with torch.device("meta"):
        _make_network(data, settings)


def _make_network(data: Dataset, settings: Settings) -> ConvNet:
    return ConvNet(data.channels, data.size, len(data.classes), settings.network_width, settings.network_depth)


@contextmanager
def _clear_out_of_memory(device: torch.device) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        text = str(error).lower()
        if isinstance(error, RuntimeError) and "out of memory" not in text and "allocate memory" not in text:
            raise
        raise HDDError(
            f"Out of memory on {device}: lower real_batch, ipc or network_width, or choose another device."
        ) from None


class Distiller:
    """The DM engine: all classes in one batched forward, steerable between steps.

    Args:
        data: the real images.
        settings: the knobs in force; see `hdd.settings`.

    Raises:
        HDDError: more images per class asked for than a class has, a device that is not here, images too small for
            the network, or no memory.

    Attributes:
        step_count: steps completed.
        images: (C, ipc, channels, H, W) float32 on the device, normalised.
        momentum: last image step, of the same shape.
        settings: the knobs that are in force.
    """

    def __init__(self, data: Dataset, settings: Settings) -> None:
        self.data = data
        self.settings = settings
        self.device = pick_device(settings.device)
        self.step_count = 0
        self._pool = ClassPool(data.train_labels, len(data.classes))
        check_fits(data, settings)
        with _clear_out_of_memory(self.device):
            self._network = _make_network(data, settings).to(self.device)
            self._network.requires_grad_(False)
            self._real = data.train_images.to(self.device)
            self.images = self._initial_images()
            self.momentum = torch.zeros_like(self.images)
            self._prune()
        self._feature_scale: float | None = None

    def _initial_images(self) -> Tensor:
        seed, ipc = self.settings.seed, self.settings.ipc
        if self.settings.init == "real":
            chosen = self._pool.draw(lambda label: generator(seed, "initial images", 0, label), ipc)
            return self._normalised(chosen)
        shape = (ipc, *self._real.shape[1:])
        noise = [
            generator(seed, "initial images", 0, label).standard_normal(shape, dtype=np.float32)
            for label in range(len(self.data.classes))
        ]
        return torch.from_numpy(np.stack(noise)).to(self.device)

    def _normalised(self, indices: Tensor) -> Tensor:
        """Real images (C, N, channels, H, W) at indices (C, N)."""
        images = self.data.normalise(self._real[indices.flatten().to(self.device)])
        return images.view(*indices.shape, *images.shape[1:])

    def _augmentation(self, labels: range) -> list[np.random.Generator]:
        return [generator(self.settings.seed, "augmentation", self.step_count, label) for label in labels]

    def _real_features(self) -> Tensor:
        """Features (C, N, D) of this step's real images under this step's network and augmentation."""
        settings, step = self.settings, self.step_count
        indices = self._pool.draw(lambda label: generator(settings.seed, "real", step, label), settings.real_batch)
        block = max(1, REAL_BLOCK // indices.shape[1])
        features = []
        for start in range(0, len(indices), block):
            labels = range(start, min(start + block, len(indices)))
            images = siamese(
                self._normalised(indices[start : start + block]), settings.augmentation, self._augmentation(labels)
            )
            features.append(self._network.embed_frozen(images.flatten(0, 1)).view(*images.shape[:2], -1))
        return torch.cat(features)

    def _draw_network(self) -> None:
        self._network.draw(generator(self.settings.seed, "network", self.step_count))

    @property
    def feature_scale(self) -> float:
        """Factor on the features that is in force."""
        if self._feature_scale is None:
            with _clear_out_of_memory(self.device):
                self._set_feature_scale()
        return self._feature_scale

    def _set_feature_scale(self, real: Tensor | None = None) -> None:
        """Puts the setting into force; `real` are this step's real features, where they are at hand."""
        settings = self.settings
        if settings.feature_scale != "auto":
            self._feature_scale = settings.feature_scale
            return
        if real is None:
            self._draw_network()
            real = self._real_features()
        self._feature_scale = auto_feature_scale(real, settings.curvature, settings.target_radius)

    def _prune(self) -> None:
        settings = self.settings
        if settings.pruning_rate == 0:
            self._pool.set_mask(None)
            return
        scores = score_images(self.data, settings.seed, settings.network_depth, self.device)[settings.pruning_score]
        mask = pruning_mask(scores, self.data.train_labels, settings.pruning_rate, settings.pruning_keep)
        self._pool.set_mask(mask)

    def steer(self, **changes: Any) -> None:
        """Changes steerable knobs from the next step on.

        Setting feature_scale to "auto", or target_radius while it is, measures the scale anew under the curvature
        that is then in force.

        Raises:
            HDDError: an unknown or fixed knob, or a value outside its bounds; nothing is changed then.
        """
        # A scale that was not needed yet is measured under the settings that are about to change.
        before = self.settings, self._pool.mask, self.feature_scale
        self.settings = self.settings.changed(**changes)
        try:
            with _clear_out_of_memory(self.device):
                if any(name.startswith("pruning") for name in changes):
                    self._prune()
                if "feature_scale" in changes or ("target_radius" in changes and self.settings.feature_scale == "auto"):
                    self._set_feature_scale()
        except HDDError:
            self.settings, mask, self._feature_scale = before
            self._pool.set_mask(mask)
            raise

    def state(self) -> dict[str, Tensor]:
        """All that the next steps depend on besides the data and the settings."""
        return {
            "step": torch.tensor(self.step_count),
            "images": self.images.cpu(),
            "momentum": self.momentum.cpu(),
            "feature_scale": torch.tensor(self.feature_scale, dtype=torch.float64),
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Goes on from a `state()` of a distiller with the same data and settings."""
        self.step_count = int(state["step"])
        self.images = state["images"].to(self.device)
        self.momentum = state["momentum"].to(self.device)
        self._feature_scale = float(state["feature_scale"])

    def step(self) -> StepRecord:
        """Makes one step.

        Raises:
            HDDError: no memory, or images that diverge; they then stay as they were.
        """
        with _clear_out_of_memory(self.device):
            return self._step()

    def _step(self) -> StepRecord:
        started = time.perf_counter()
        settings = self.settings
        self._draw_network()
        real = self._real_features()
        if self._feature_scale is None:
            self._set_feature_scale(real)
        leaf = self.images.detach().requires_grad_()
        augmented = siamese(leaf, settings.augmentation, self._augmentation(range(len(leaf))))
        synthetic = self._network.embed(augmented.flatten(0, 1)).view(*leaf.shape[:2], -1)

        objective = resolve(settings.objective)
        knobs = settings.values() | {"feature_scale": self.feature_scale}
        keywords = [name for name in inspect.signature(objective).parameters if name in knobs]
        losses = objective(real, synthetic, **{name: knobs[name] for name in keywords})
        (gradient,) = torch.autograd.grad(losses.sum(), leaf)

        momentum = settings.momentum * self.momentum + gradient
        images = self.images - settings.image_lr * momentum
        # Written so that NaN fails it as well.
        if not (torch.isfinite(losses).all() and (images.abs() <= DIVERGED).all()):
            raise HDDError(
                f"The images diverge after step {self.step_count}: "
                "rewind to an earlier step and lower image_lr or weight."
            )
        self.images, self.momentum = images, momentum
        self.step_count += 1
        classes = self._class_metrics(real, synthetic.detach(), losses.detach(), gradient)
        return StepRecord(
            step=self.step_count,
            loss=float(losses.detach().sum()),
            feature_scale=self.feature_scale,
            seconds=time.perf_counter() - started,
            classes=classes,
        )

    @torch.no_grad()
    def _class_metrics(self, real: Tensor, synthetic: Tensor, losses: Tensor, gradient: Tensor) -> np.ndarray:
        """The columns of `hdd.records.CLASS_METRICS`, (C, ·)."""
        settings = self.settings
        if settings.objective == "hdd":
            gap = losses / settings.weight
        else:
            gap = centroid_distance(
                real,
                synthetic,
                curvature=settings.curvature,
                clamp=settings.clamp,
                feature_scale=self.feature_scale,
                centroid=settings.centroid,
            )
        columns = [losses, gap, gradient.flatten(2).norm(dim=-1).mean(dim=-1)]
        radii = [(-settings.curvature) ** 0.5 * self.feature_scale * part.norm(dim=-1) for part in (real, synthetic)]
        columns += [(radius > (settings.clamp or float("inf"))).float().mean(dim=-1) for radius in radii]
        for radius in radii:
            columns += radius.quantile(torch.tensor([0.1, 0.5, 0.9], device=radius.device), dim=-1)
        return torch.stack(columns, dim=-1).cpu().numpy().astype(np.float32)
