"""The queue of networks of IDM (Zhao et al., CVPR 2023): one matches in each step, and a few are trained a little.

How the queue develops does not depend on the synthetic images. Networks enter at the end and leave at the front, so
their numbers, counted from the start of the run, follow one another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hdd.data import Dataset
from hdd.draws import generator
from hdd.errors import DivergedError
from hdd.evaluation import MOMENTUM, WEIGHT_DECAY
from hdd.methods.batches import make_network
from hdd.networks.base import Network
from hdd.settings import Settings


@dataclass(frozen=True, eq=False)
class QueuedNetwork:
    """One network of the queue, which never changes: training makes another one.

    Attributes:
        number: which network of the run it is, from 0; it is drawn from the seed and this number.
        trained: its weights and the momentum of its optimiser, (2, P) float32; None until it is trained.
        right, seen: how many of the real images that it saw in training it classified correctly, and how many it saw,
            since these counts were last reset.
    """

    number: int
    trained: Tensor | None = None
    right: int = 0
    seen: int = 0

    @property
    def accuracy(self) -> float:
        """The running training accuracy in percent; 0 if it saw no image since the counts were reset."""
        return 100 * self.right / self.seen if self.seen else 0.0


class NetworkQueue:
    """The networks of a run at a step.

    Args:
        data: the real images.
        settings: the seed, the network and the initial length are taken from here.
        images: the training images of `data`, on the device that computes.

    Attributes:
        networks: the networks, the oldest first.
    """

    def __init__(self, data: Dataset, settings: Settings, images: Tensor) -> None:
        self._data, self._seed, self._images = data, settings.seed, images
        self._labels = data.train_labels.to(images.device)
        self._trainee = make_network(data, settings).to(images.device)
        # The released code pushes one before the first step.
        self.networks = _pushed([QueuedNetwork(number) for number in range(settings.queue_start)], settings.queue_size)

    def at(self, step: int) -> QueuedNetwork:
        """The network that matches in the step after `step` completed steps."""
        return self.networks[generator(self._seed, "matching network", step).integers(len(self.networks))]

    @torch.no_grad()
    def load(self, queued: QueuedNetwork, network: Network) -> None:
        """Gives `network` the weights of a network of the queue; statistics of batch norms are reset."""
        if queued.trained is None:
            network.draw(generator(self._seed, "queued network", 0, queued.number))
            return
        _put(network.parameters(), queued.trained[0])
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.reset_running_stats()

    def after(self, step: int, settings: Settings) -> list[QueuedNetwork]:
        """The networks that the queue has after the step which follows `step` completed steps; it does not change.

        A few random ones are trained; then counts are reset and a new network is pushed, if that is due.

        Raises:
            HDDError: a network diverges in training.
        """
        networks = list(self.networks)
        chosen = generator(self._seed, "trained networks", step).permutation(len(networks))[: settings.queue_trained]
        for index in chosen.tolist() if settings.queue_steps else ():
            draws = generator(self._seed, "network training", step, networks[index].number)
            networks[index] = self._train(networks[index], draws, settings)
        if (step + 1) % settings.queue_accuracy_interval == 0:
            networks = [replace(each, right=0, seen=0) for each in networks]
        return _pushed(networks, settings.queue_size) if (step + 1) % settings.queue_interval == 0 else networks

    def _train(self, queued: QueuedNetwork, draws: np.random.Generator, settings: Settings) -> QueuedNetwork:
        """Trains a network on random real images of all classes, without augmentation."""
        network = self._trainee
        self.load(queued, network)
        parameters = list(network.parameters())
        momenta = [torch.zeros_like(parameter) for parameter in parameters]
        if queued.trained is not None:
            _put(momenta, queued.trained[1])
        optimizer = torch.optim.SGD(parameters, settings.queue_lr, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
        for parameter, momentum in zip(parameters, momenta, strict=True):
            optimizer.state[parameter]["momentum_buffer"] = momentum
        count = len(self._labels)
        batch = min(settings.queue_batch, count)
        right = torch.zeros((), dtype=torch.int64, device=self._labels.device)
        for _ in range(settings.queue_steps):
            chosen = torch.from_numpy(draws.choice(count, batch, replace=False)).to(self._labels.device)
            labels = self._labels[chosen]
            logits = network(self._data.normalise(self._images[chosen]))
            optimizer.zero_grad()
            F.cross_entropy(logits, labels).backward()
            optimizer.step()
            right += (logits.argmax(dim=1) == labels).sum()
        trained = torch.stack([_flat(parameters), _flat(momenta)])
        if not trained.isfinite().all():
            raise DivergedError(
                f"Network {queued.number} of the queue diverges in training: lower queue_lr, which is "
                f"{settings.queue_lr:g}."
            )
        seen = settings.queue_steps * batch
        return replace(queued, trained=trained, right=queued.right + int(right), seen=queued.seen + seen)

    # Networks that were never trained are drawn again, so that a checkpoint holds only what training made.

    def state(self) -> dict[str, Tensor]:
        """The queue as CPU tensors, for T trained networks among Q, with P weights each.

        queue_first () is the number of the oldest network, queue_was_trained (Q,) bool, queue_counts (Q, 2) the numbers
        `right` and `seen`, and queue_networks (T, 2, P) weights and momentum.
        """
        networks = self.networks
        trained = [each.trained for each in networks if each.trained is not None]
        size = sum(parameter.numel() for parameter in self._trainee.parameters())
        return {
            "queue_first": torch.tensor(networks[0].number),
            "queue_was_trained": torch.tensor([each.trained is not None for each in networks]),
            "queue_counts": torch.tensor([[each.right, each.seen] for each in networks]),
            "queue_networks": torch.stack(trained).cpu() if trained else torch.zeros(0, 2, size),
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Continues from a `state()`."""
        first, rows = int(state["queue_first"]), iter(state["queue_networks"].to(self._images.device).unbind())
        self.networks = [
            QueuedNetwork(first + index, next(rows) if trained else None, int(right), int(seen))
            for index, (trained, (right, seen)) in enumerate(
                zip(state["queue_was_trained"], state["queue_counts"], strict=True)
            )
        ]


def _pushed(networks: list[QueuedNetwork], size: int) -> list[QueuedNetwork]:
    """The networks with a fresh one at the end, and at most `size` of them."""
    return [*networks, QueuedNetwork(networks[-1].number + 1)][-size:]


def _flat(tensors: Iterable[Tensor]) -> Tensor:
    """The numbers of the tensors in one vector, whatever their memory layout."""
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


@torch.no_grad()
def _put(tensors: Iterable[Tensor | nn.Parameter], vector: Tensor) -> None:
    """Copies a vector that `_flat` made into tensors of the same shapes."""
    start = 0
    for tensor in tensors:
        tensor.copy_(vector[start : start + tensor.numel()].view(tensor.shape))
        start += tensor.numel()
