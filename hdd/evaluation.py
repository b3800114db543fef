"""How good a synthetic set is: networks are trained only on it and tested on real images.

The protocol is that of the literature (Zhao & Bilen 2023 and its successors): a fresh network, SGD whose learning rate
drops once, half-way, differentiable augmentation with one operation per batch, and the accuracy on the test split after
the last epoch. Nothing is selected by test accuracy. Soft labels p are learned by the soft cross-entropy −Σ p log q.
"""

import math
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from hdd.augment import augment
from hdd.data import ClassPool, Dataset
from hdd.draws import generator
from hdd.networks import make_network
from hdd.networks.base import Network
from hdd.protocol import Evaluation, Protocol

LEARNING_RATE = 0.01
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
BATCH = 256

OnEpoch = Callable[[int, int], None]
OnNetwork = Callable[[list[float]], None]


def evaluate_images(
    images: Tensor,
    labels: Tensor,
    data: Dataset,
    protocol: Protocol,
    on_epoch: OnEpoch | None = None,
    on_network: OnNetwork | None = None,
) -> Evaluation:
    """Trains networks on (images, labels) and tests them on the test split of `data`.

    Args:
        images: (B, C, H, W) float32, normalised; their device is the one that computes.
        labels: (B,) int64, or soft labels (B, C) float32.
        data: the real images.
        protocol: see `Protocol`.
        on_epoch: called with the number of epochs done and of all epochs, counted over all networks.
        on_network: called after each network with the accuracies so far.

    Returns:
        The accuracies, in the order of the networks.
    """
    labels = labels.to(images.device)
    return _evaluate(lambda _: (images, labels), data, protocol, on_epoch, on_network)


def evaluate_random(
    data: Dataset,
    ipc: int,
    protocol: Protocol,
    device: torch.device,
    on_epoch: OnEpoch | None = None,
    on_network: OnNetwork | None = None,
) -> Evaluation:
    """Trains networks on random real images, and tests them like `evaluate_images`: the baseline of a synthetic set.

    Args:
        data: the real images. Each network is trained on others, so the spread includes that of the choice.
        ipc: number of images per class.
        protocol: see `Protocol`.
        device: the device that computes.
        on_epoch, on_network: as in `evaluate_images`.
    """
    pool = ClassPool(data.train_labels, len(data.classes))

    def draw(index: int) -> tuple[Tensor, Tensor]:
        chosen = pool.draw(lambda label: generator(protocol.seed, "random real images", index, label), ipc).flatten()
        return data.normalise(data.train_images[chosen].to(device)), data.train_labels[chosen].to(device)

    return _evaluate(draw, data, protocol, on_epoch, on_network)


def epochs_of_as_many_steps(count: int, protocol: Protocol, all_count: int) -> int:
    """The epochs of `all_count` images that have at least as many steps as a training on `count` images.

    Args:
        count: number of images of a synthetic set.
        protocol: how networks are trained on them.
        all_count: number of all real images.
    """
    return math.ceil(protocol.epochs * math.ceil(count / BATCH) / math.ceil(all_count / BATCH))


def evaluate_full(
    data: Dataset,
    protocol: Protocol,
    device: torch.device,
    on_epoch: OnEpoch | None = None,
    on_network: OnNetwork | None = None,
) -> Evaluation:
    """Trains networks on all real training images, and tests them like `evaluate_images`.

    Args:
        data: the real images.
        protocol: see `Protocol`; its epochs are those of all real images.
        device: the device that computes.
        on_epoch, on_network: as in `evaluate_images`.
    """
    images, labels = data.train_images.to(device), data.train_labels.to(device)
    return _evaluate(lambda _: (images, labels), data, protocol, on_epoch, on_network)


def _evaluate(
    training_set: Callable[[int], tuple[Tensor, Tensor]],
    data: Dataset,
    protocol: Protocol,
    on_epoch: OnEpoch | None,
    on_network: OnNetwork | None,
) -> Evaluation:
    """Trains network number i on the images and labels that `training_set(i)` returns, and tests it.

    Images that are pixels (uint8) are normalised batch by batch.
    """
    accuracies: list[float] = []
    for index in range(protocol.networks):
        images, labels = training_set(index)
        _, channels, height, width = images.shape
        network = make_network(
            protocol.architecture,
            channels,
            (height, width),
            len(data.classes),
            width=protocol.width,
            depth=protocol.depth,
        )
        network.draw(generator(protocol.seed, "evaluation network", 0, index)).to(images.device)
        for epoch in train(network, images, labels, protocol, index, data.normalise):
            if on_epoch is not None:
                on_epoch(index * protocol.epochs + epoch, protocol.networks * protocol.epochs)
        accuracies.append(accuracy(network, data))
        if on_network is not None:
            on_network([*accuracies])
    return Evaluation(protocol, accuracies)


def train(
    network: Network,
    images: Tensor,
    labels: Tensor,
    protocol: Protocol,
    index: int = 0,
    normalise: Callable[[Tensor], Tensor] | None = None,
) -> Iterator[int]:
    """Trains a network under a protocol.

    Args:
        network: what is trained, in place.
        images, labels: as in `evaluate_images`, on the network's device.
        protocol: see `Protocol`.
        index: number of the network, for its draws.
        normalise: normalises a batch of images that are pixels (uint8).

    Yields:
        After each epoch, the number of epochs done.
    """
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    for epoch in range(protocol.epochs):
        if epoch == protocol.epochs // 2 + 1:
            optimizer.param_groups[0]["lr"] *= 0.1
        draws = generator(protocol.seed, "evaluation epoch", epoch, index)
        for chosen in torch.from_numpy(draws.permutation(len(images))).split(BATCH):
            batch = images[chosen]
            if normalise is not None and batch.dtype == torch.uint8:
                batch = normalise(batch)
            if protocol.augmentation != "none":
                operations = protocol.augmentation.split("_")
                operation = operations[draws.integers(len(operations))]
                batch = augment(batch[:, None], operation, draws.random((len(batch), 3))).squeeze(1)
            loss = F.cross_entropy(network(batch), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        yield epoch + 1


@torch.no_grad()
def accuracy(network: Network, data: Dataset) -> float:
    """Fraction of the test split that `network` classifies correctly."""
    network.eval()
    device = next(network.parameters()).device
    right = 0
    for part, labels in zip(data.test_images.split(1024), data.test_labels.split(1024), strict=True):
        features = network.embed_frozen(data.normalise(part.to(device)))
        right += int((network.classifier(features).argmax(dim=1).cpu() == labels).sum())
    return right / len(data.test_labels)
