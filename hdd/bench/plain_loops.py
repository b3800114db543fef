"""Plain loops: steps as the code of the papers makes them, one class at a time, in float32, on the CPU."""

import itertools
import time
from collections.abc import Callable, Iterator

import torch

from hdd.augment import siamese
from hdd.data import ClassPool, Dataset
from hdd.draws import generator
from hdd.networks.convnet import ConvNet
from hdd.networks.layers import InstanceNorm
from hdd.objectives.hdd import HDD
from hdd.settings import Settings


def dm(data: Dataset, settings: Settings) -> Iterator[float]:
    """Makes steps of DM+HDD as the papers' code does, on the CPU, and yields how many seconds each step took.

    As in that code, the real images are normalised beforehand and kept as float32.
    """
    pool = ClassPool(data.train_labels, len(data.classes))
    real_images = data.normalise(data.train_images)
    chosen = pool.draw(lambda label: generator(settings.seed, "initial images", 0, label), settings.ipc)
    synthetic = real_images[chosen].requires_grad_()
    optimizer = torch.optim.SGD([synthetic], lr=settings.image_lr, momentum=settings.momentum)
    objective = HDD(curvature=settings.curvature, weight=settings.weight, feature_scale=1.0)
    for step in itertools.count():
        started = time.perf_counter()
        network = ConvNet(data.channels, data.size, len(chosen), settings.network_width, settings.network_depth)
        layers = [
            torch.nn.GroupNorm(layer.num_groups, layer.num_channels) if isinstance(layer, InstanceNorm) else layer
            for layer in network.features.children()
        ]
        plain = torch.nn.Sequential(*layers).to(memory_format=torch.contiguous_format).requires_grad_(False)  # pyright: ignore[reportCallIssue]
        drawn = pool.draw(lambda label: generator(settings.seed, "real", step, label), settings.real_batch)  # noqa: B023
        loss = torch.zeros(())
        for label, indices in enumerate(drawn):
            features = []
            for images in (real_images[indices], synthetic[label]):
                draws = [generator(settings.seed, "augmentation", step, label)]
                features.append(plain(siamese(images[None], settings.augmentation, draws)[0]).flatten(1))
            loss = loss + objective.loss(features[0].detach()[None], features[1][None]).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield time.perf_counter() - started


PLAIN_LOOPS: dict[str, Callable[[Dataset, Settings], Iterator[float]]] = {"dm": dm}
"""Plain loops by the names of methods; a method that is not here is compared with none."""
