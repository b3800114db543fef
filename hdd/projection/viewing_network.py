"""The network through which images are viewed: random, as those that match, or trained on the real images.

A trained network is kept, see `hdd.projection.kept_tensors`.
"""

import torch

from hdd.data import Dataset
from hdd.draws import generator
from hdd.evaluation import accuracy, train
from hdd.networks.convnet import ConvNet
from hdd.progress import Progress
from hdd.projection.kept_tensors import kept_file, read_kept, write_kept
from hdd.projection.records import Viewing
from hdd.protocol import Protocol

TRAINED_ON = 12_000
"""Largest number of real images that a network is trained on."""

VISITS = 48_000
"""About how many images it sees, over all epochs; on one CPU core this takes from seconds (digits) to minutes."""


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
        facts = (data.fingerprint, viewing.seed, viewing.network_width, viewing.network_depth, TRAINED_ON, VISITS)
        path = kept_file("networks", *facts)
        kept = read_kept(path, device)
        if kept is None:
            _train(data, viewing, network, progress)
            kept = {**network.state_dict(), "accuracy": torch.tensor(accuracy(network, data))}
            write_kept(path, kept)
        reached = float(kept.pop("accuracy"))
        network.load_state_dict(kept)
    return network.requires_grad_(False), reached


def _train(data: Dataset, viewing: Viewing, network: ConvNet, progress: Progress | None) -> None:
    draws = generator(viewing.seed, "viewing training")
    chosen = torch.from_numpy(draws.permutation(len(data.train_labels))[:TRAINED_ON])
    device = next(network.parameters()).device
    images, labels = data.normalise(data.train_images[chosen].to(device)), data.train_labels[chosen].to(device)
    protocol = Protocol(epochs=max(1, VISITS // len(chosen)), networks=1, augmentation="none", seed=viewing.seed)
    for epoch in train(network, images, labels, protocol):
        if progress is not None:
            progress(epoch * len(chosen), protocol.epochs * len(chosen))
