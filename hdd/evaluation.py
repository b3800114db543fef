"""How good a synthetic set is: networks are trained only on it and tested on real images.

The protocol is that of the literature (Zhao & Bilen 2023 and its successors): a fresh ConvNet, SGD whose learning rate
drops once, half-way, differentiable augmentation with one operation per batch, and the accuracy on the test split after
the last epoch. Nothing is selected by test accuracy.
"""

import statistics
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from hdd.augment import augment
from hdd.data import Dataset
from hdd.draws import generator
from hdd.errors import InvalidInputError
from hdd.methods.knobs import AUGMENTATIONS
from hdd.networks import ConvNet
from hdd.settings import Settings

LEARNING_RATE = 0.01
MOMENTUM = 0.9
WEIGHT_DECAY = 5e-4
BATCH = 256


@dataclass(frozen=True)
class Protocol:
    """How many networks are trained, and how.

    Attributes:
        name: "full" or "quick", for display.
        epochs: passes over the synthetic set; 0 tests untrained networks.
        networks: number of networks to train, each with its own draws.
        width: feature maps of the ConvNet.
        depth: blocks of the ConvNet.
        augmentation: operations joined by "_", or "none".
        seed: network i and its augmentations are drawn from (seed, i), so two sets that are evaluated with the same
            seed can be compared in pairs.
    """

    name: str = "full"
    epochs: int = 1000
    networks: int = 5
    width: int = 128
    depth: int = 3
    augmentation: str = "_".join(AUGMENTATIONS)
    seed: int = 0

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            HDDError: a value is not allowed; the message names it.
        """
        for name, least in {"epochs": 0, "networks": 1, "width": 1, "depth": 1, "seed": 0}.items():
            value = getattr(self, name)
            if not isinstance(value, int) or value < least:
                raise InvalidInputError(
                    f"{name}={value!r} is not allowed in an evaluation: give a whole number ≥ {least}."
                )
        Settings(augmentation=self.augmentation)


PROTOCOLS: dict[str, dict[str, Any]] = {"full": {}, "quick": {"epochs": 300, "networks": 2}}
"""How each protocol differs from the defaults. "quick" is meant for watching a run, not for reporting results."""


@dataclass(frozen=True)
class Evaluation:
    """Test accuracies of the networks, as fractions, and the protocol that they were measured under."""

    protocol: Protocol
    accuracies: list[float]

    @property
    def mean(self) -> float:
        """Mean accuracy, 0 to 1."""
        return statistics.fmean(self.accuracies)

    @property
    def sd(self) -> float:
        """Standard deviation over the networks (n − 1 in the denominator); 0 for one network."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else 0.0

    def __str__(self) -> str:
        """The accuracy in percent, with its spread, the number of networks and the protocol."""
        protocol = self.protocol
        count = "1 network" if protocol.networks == 1 else f"{protocol.networks} networks"
        return (
            f"{100 * self.mean:.1f} ± {100 * self.sd:.1f} % test accuracy "
            f"({count}, {protocol.epochs} epochs, width {protocol.width}, "
            f"{'no augmentation' if protocol.augmentation == 'none' else 'augmented'}; {protocol.name} protocol)"
        )

    def as_dict(self) -> dict[str, Any]:
        """The protocol, accuracies, mean and sd as JSON-compatible values."""
        return {
            "protocol": asdict(self.protocol),
            "accuracies": self.accuracies,
            "mean": self.mean,
            "sd": self.sd,
        }


def make_protocol(name: str, **changes: Any) -> Protocol:
    """Returns the protocol called "full" or "quick", with changes.

    Raises:
        HDDError: the name is unknown, or a change is not allowed.
    """
    if name not in PROTOCOLS:
        raise InvalidInputError(f"There is no evaluation protocol {name!r}: give one of {', '.join(PROTOCOLS)}.")
    known = [field.name for field in fields(Protocol)]
    for change in changes:
        if change not in known:
            raise InvalidInputError(
                f"An evaluation protocol has no setting {change!r}: change one of {', '.join(known)}."
            )
    return Protocol(**{"name": name, **PROTOCOLS[name], **changes})


def evaluate_images(
    images: Tensor,
    labels: Tensor,
    data: Dataset,
    protocol: Protocol,
    on_epoch: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Trains networks on (images, labels) and tests them on the test split of `data`.

    Args:
        images: (B, C, H, W) float32, normalised; their device is the one that computes.
        labels: (B,) int64, or soft labels (B, C) float32.
        data: the real images.
        protocol: see `Protocol`.
        on_epoch: called with the number of epochs done and of all epochs, counted over all networks.

    Returns:
        The accuracies, in the order of the networks.
    """
    labels = labels.to(images.device)
    _, channels, height, width = images.shape
    accuracies: list[float] = []
    for index in range(protocol.networks):
        network = ConvNet(channels, (height, width), len(data.classes), protocol.width, protocol.depth)
        network.draw(generator(protocol.seed, "evaluation network", 0, index)).to(images.device)
        for epoch in train(network, images, labels, protocol, index):
            if on_epoch is not None:
                on_epoch(index * protocol.epochs + epoch, protocol.networks * protocol.epochs)
        accuracies.append(accuracy(network, data))
    return Evaluation(protocol, accuracies)


def train(network: ConvNet, images: Tensor, labels: Tensor, protocol: Protocol, index: int = 0) -> Iterator[int]:
    """Trains a network under a protocol.

    Args:
        network: what is trained, in place.
        images, labels: as in `evaluate_images`, on the network's device.
        protocol: see `Protocol`.
        index: number of the network, for its draws.

    Yields:
        After each epoch, the number of epochs done.
    """
    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATE, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    for epoch in range(protocol.epochs):
        if epoch == protocol.epochs // 2 + 1:
            optimizer.param_groups[0]["lr"] *= 0.1
        draws = generator(protocol.seed, "evaluation epoch", epoch, index)
        for chosen in torch.from_numpy(draws.permutation(len(images))).split(BATCH):
            batch = images[chosen]
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
def accuracy(network: ConvNet, data: Dataset) -> float:
    """Fraction of the test split that `network` classifies correctly."""
    device = next(network.parameters()).device
    right = 0
    for part, labels in zip(data.test_images.split(1024), data.test_labels.split(1024), strict=True):
        features = network.embed_frozen(data.normalise(part.to(device)))
        right += int((network.classifier(features).argmax(dim=1).cpu() == labels).sum())
    return right / len(data.test_labels)
