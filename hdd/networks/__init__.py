"""Networks whose features are matched, and which evaluations train: the architectures of the literature by name.

An architecture is a function that makes a `hdd.networks.base.Network` from (channels, size, classes) and those of
`OPTIONS` that it uses. It imports torch inside, so that forms and command lines can list the names. Another package
adds an architecture by an entry point in the group `hdd.networks`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hdd.errors import InvalidInputError
from hdd.registry import Registry

if TYPE_CHECKING:
    from hdd.networks.base import Network

DEFAULT = "convnet"
"""The architecture of the papers, and the one of runs and evaluations that name none."""

NORMS = ("instance", "group", "batch", "layer", "none")
ACTIVATIONS = ("relu", "leaky_relu", "sigmoid")
POOLINGS = ("avg", "max", "none")
PRECISIONS = ("float32", "bfloat16")
OPTIONS = ("width", "depth", "norm", "activation", "pooling")
"""What architectures may have options for; norm is one of `NORMS`, and so on."""

_GIVEN = ("channels", "size", "classes")


class TooSmallError(InvalidInputError):
    """The images are too small for an architecture."""


def _parameters(architecture: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(architecture).parameters)


def _rejection_reason(name: str, found: object) -> str | None:
    if not callable(found):
        return "it is not a function that makes a hdd.networks.base.Network"
    parameters = _parameters(found)
    if parameters[:3] != _GIVEN or not {*parameters[3:]} <= {*OPTIONS}:
        return f"its parameters are not {', '.join(_GIVEN)} and some of {', '.join(OPTIONS)}"
    return None if found.__doc__ else "it has no docstring; forms show its first line"


NETWORKS: Registry[Callable[..., Network]] = Registry(
    "network",
    "hdd.networks",
    {name: f"hdd.networks.architectures:{name}" for name in (DEFAULT, "mlp", "lenet", "alexnet", "vgg11", "resnet18")},
    _rejection_reason,
)
"""All architectures by name."""


def users(option: str) -> tuple[str, ...]:
    """The names of the architectures that use one of `OPTIONS`."""
    return tuple(name for name in NETWORKS.names() if option in _parameters(NETWORKS.get(name)))


def _used(architecture: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    return {option: value for option, value in options.items() if option in _parameters(architecture)}


def make_network(name: str, channels: int, size: tuple[int, int], classes: int, **options: Any) -> Network:
    """Makes a network of the architecture `name`.

    Args:
        name: a name in `NETWORKS`.
        channels: channels of the input images.
        size: (height, width) of the input images.
        classes: number of classes.
        options: values for `OPTIONS`; those that the architecture does not use are ignored.

    Raises:
        HDDError: the architecture is unknown, an option is not allowed, or the images are too small; then the message
            names architectures that fit.
    """
    architecture = NETWORKS.get(name)
    try:
        return architecture(channels, size, classes, **_used(architecture, options))
    except TooSmallError as error:
        raise InvalidInputError(
            f"{error} Architectures that fit: {', '.join(fitting(channels, size, **options))}."
        ) from None


def fitting(channels: int, size: tuple[int, int], **options: Any) -> list[str]:
    """The names of the architectures that images are large enough for; arguments are as in `make_network`."""
    import torch

    found: list[str] = []
    for name in NETWORKS.names():
        with torch.device("meta"), suppress(InvalidInputError):
            architecture = NETWORKS.get(name)
            architecture(channels, size, 2, **_used(architecture, options))
            found.append(name)
    return found
