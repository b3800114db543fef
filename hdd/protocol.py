"""The protocol of an evaluation, and the accuracies that it found. Imports no torch, so that the page can use it."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from hdd.errors import InvalidInputError
from hdd.methods.knobs import AUGMENTATIONS
from hdd.networks import DEFAULT, NETWORKS, users
from hdd.settings import Settings

SYNTHETIC, RANDOM_REAL, FULL_REAL = IMAGES = ("synthetic", "random real", "full real")
"""What networks are trained on: the images of a synthetic set, as many real images, drawn at random, or all of them."""


@dataclass(frozen=True)
class Protocol:
    """How many networks are trained, and how.

    Attributes:
        name: "full" or "quick", for display.
        epochs: passes over the synthetic set; 0 tests untrained networks.
        networks: number of networks to train, each with its own draws.
        width: feature maps or hidden units, for architectures that have a choice.
        depth: blocks, likewise.
        augmentation: operations joined by "_", or "none".
        seed: network i and its augmentations are drawn from (seed, i), so two sets that are evaluated with the same
            seed can be compared in pairs.
        images: what the networks are trained on, one of `IMAGES`. `RANDOM_REAL` is the baseline that a synthetic set
            should surpass, and `FULL_REAL` the one that it should approach.
        architecture: a name in `hdd.networks.NETWORKS`. Networks of unlike architecture get the same augmentations.
    """

    name: str = "full"
    epochs: int = 1000
    networks: int = 5
    width: int = 128
    depth: int = 3
    augmentation: str = "_".join(AUGMENTATIONS)
    seed: int = 0
    images: str = SYNTHETIC
    architecture: str = DEFAULT

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
        if self.images not in IMAGES:
            raise InvalidInputError(
                f"images={self.images!r} is not allowed in an evaluation: give one of {', '.join(IMAGES)}."
            )
        NETWORKS.get(self.architecture)
        Settings(augmentation=self.augmentation)


PROTOCOLS: dict[str, dict[str, Any]] = {"full": {}, "quick": {"epochs": 300, "networks": 2}}
"""How each protocol differs from the defaults. "quick" is meant for watching a run, not for reporting results."""


def is_baseline(evaluation: Mapping[str, Any]) -> bool:
    """Whether networks were trained on real images instead of the synthetic ones.

    Args:
        evaluation: as `Run.evaluations` returns it.
    """
    return evaluation["protocol"].get("images", SYNTHETIC) != SYNTHETIC


def of_steps(evaluations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The evaluations of synthetic images, without the baselines."""
    return [each for each in evaluations if not is_baseline(each)]


def architecture(evaluation: Mapping[str, Any]) -> str:
    """Of the networks that were trained; earlier versions recorded none, and trained ConvNets."""
    return evaluation["protocol"].get("architecture", DEFAULT)


def condition(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the protocol that accuracies have in common if they can be compared.

    That is all but what the networks are trained on, the number of networks, and the seed.
    """
    free = {"images", "networks", "seed"}
    parts = {name: value for name, value in evaluation["protocol"].items() if name not in free}
    return parts | {"architecture": architecture(evaluation)}


def baseline_of(
    evaluation: Mapping[str, Any], evaluations: Iterable[dict[str, Any]], images: str = RANDOM_REAL
) -> dict[str, Any] | None:
    """The newest baseline that an evaluation can be compared with, None if there is none.

    Args:
        evaluation: of synthetic images.
        evaluations: of the same run.
        images: what the baseline was trained on, `RANDOM_REAL`, then as many of each class, or `FULL_REAL`. The latter
            may have any number of epochs, since an epoch of all real images has more steps.
    """

    def compared(each: Mapping[str, Any]) -> dict[str, Any]:
        parts = condition(each)
        return {**parts, "kept_ipc": each.get("kept_ipc")} if images == RANDOM_REAL else {**parts, "epochs": None}

    found = [
        each
        for each in evaluations
        if each["protocol"].get("images") == images and compared(each) == compared(evaluation)
    ]
    return found[-1] if found else None


def comparable(evaluations: Iterable[dict[str, Any]], like: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The evaluations of synthetic images under one protocol, so that they can be compared step by step.

    Args:
        evaluations: of a run.
        like: an evaluation under that protocol; None takes the newest by ConvNets, or without one the newest of all.
    """
    made = of_steps(evaluations)
    preferred = [each for each in made if architecture(each) == DEFAULT] or made
    like = like or (preferred[-1] if preferred else None)
    return [] if like is None else [each for each in made if condition(each) == condition(like)]


def spread(accuracies: Sequence[float]) -> float | None:
    """Standard deviation over the networks (n − 1 in the denominator); None for one network, which has none."""
    return statistics.stdev(accuracies) if len(accuracies) > 1 else None


def percent_text(mean: float, sd: float | None) -> str:
    """A mean accuracy in percent, with its spread if it has one.

    >>> percent_text(0.989, 0.003), percent_text(0.987, None)
    ('98.9 ± 0.3 %', '98.7 %')
    """
    return f"{100 * mean:.1f}{'' if sd is None else f' ± {100 * sd:.1f}'} %"


def accuracy_text(accuracies: Sequence[float]) -> str:
    """The mean accuracy in percent, with its spread if there are several networks.

    >>> accuracy_text([0.987, 0.991]), accuracy_text([0.987])
    ('98.9 ± 0.3 %', '98.7 %')
    """
    return percent_text(statistics.fmean(accuracies), spread(accuracies))


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
    def sd(self) -> float | None:
        """Standard deviation over the networks; see `spread`."""
        return spread(self.accuracies)

    def __str__(self) -> str:
        """The accuracy in percent, with its spread, the number of networks and the protocol."""
        protocol = self.protocol
        count = "1 network" if protocol.networks == 1 else f"{protocol.networks} networks"
        width = f", width {protocol.width}" if protocol.architecture in users("width") else ""
        return (
            f"{accuracy_text(self.accuracies)} test accuracy "
            f"({count}{'' if self.sd is None else ', ± sd'}, {protocol.architecture}, {protocol.epochs} epochs{width}, "
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
