"""The network through which images are viewed: random, as those that match, or trained on the real images.

A trained network is kept in the cache folder, and is trained again if it is not there. It is always safe to delete it.
"""

import hashlib
import json
import logging
import tempfile
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from hdd.data import Dataset
from hdd.draws import generator
from hdd.evaluation import Protocol, accuracy, train
from hdd.networks import ConvNet
from hdd.paths import cache_folder
from hdd.progress import Progress
from hdd.projection.records import Viewing

TRAINED_ON = 12_000
"""Largest number of real images that a network is trained on."""

VISITS = 48_000
"""About how many images it sees, over all epochs; on one CPU core this takes from seconds (digits) to minutes."""

_log = logging.getLogger(__name__)


def viewing_network(
    data: Dataset, viewing: Viewing, device: torch.device, progress: Progress | None = None
) -> tuple[ConvNet, float | None]:
    """The viewing network on a device, without gradients, and its test accuracy if it is trained.

    Args:
        data: the real images.
        viewing: which network.
        device: where it computes.
        progress: called as progress(images seen, images to see) during the training.

    Raises:
        HDDError: the images are too small for the network.
    """
    network = ConvNet(data.channels, data.size, len(data.classes), viewing.network_width, viewing.network_depth)
    network.draw(generator(viewing.seed, "viewing")).to(device)
    reached = None
    if viewing.network == "trained":
        path = trained_file(data, viewing)
        reached = _load(path, network)
        if reached is None:
            _train(data, viewing, network, progress)
            reached = accuracy(network, data)
            _save(path, network, reached)
    return network.requires_grad_(False), reached


def trained_file(data: Dataset, viewing: Viewing) -> Path:
    """The path at which the trained network of a viewing is kept, whether or not it exists."""
    facts = [data.fingerprint, viewing.seed, viewing.network_width, viewing.network_depth, TRAINED_ON, VISITS]
    return cache_folder() / "networks" / f"{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]}.safetensors"


def _train(data: Dataset, viewing: Viewing, network: ConvNet, progress: Progress | None) -> None:
    draws = generator(viewing.seed, "viewing training")
    chosen = torch.from_numpy(draws.permutation(len(data.train_labels))[:TRAINED_ON])
    device = next(network.parameters()).device
    images, labels = data.normalise(data.train_images[chosen].to(device)), data.train_labels[chosen].to(device)
    protocol = Protocol(epochs=max(1, VISITS // len(chosen)), networks=1, augmentation="none", seed=viewing.seed)
    for epoch in train(network, images, labels, protocol):
        if progress is not None:
            progress(epoch * len(chosen), protocol.epochs * len(chosen))


def _load(path: Path, network: ConvNet) -> float | None:
    """Loads the weights of a network; returns its accuracy, or None if there are none."""
    try:
        with safe_open(path, framework="pt") as file:
            network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
            return float(file.metadata()["accuracy"])
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        _log.warning("%s cannot be read and will be made again (%s)", path, error)
        return None


def _save(path: Path, network: ConvNet, reached: float) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            new = Path(scratch) / path.name
            weights = {name: value.contiguous() for name, value in network.state_dict().items()}
            save_file(weights, new, {"accuracy": str(reached)})
            new.replace(path)
    except (OSError, SafetensorError) as error:
        _log.warning("%s cannot be written (%s); the network will be trained again", path, error)
