"""Networks that take turns, each with real features that are computed once and used in several steps.

The real side of a step, the features of hundreds of images of each class, costs several times as much as the synthetic
side. Networks of a pool share that cost among steps. What a step uses was drawn at some step before it, so the draws
stay functions of (seed, step): features that are kept are no state of a run, but can be computed again at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class NetworkPool:
    """Networks that take turns, so that each one is used in every `networks`-th step.

    After its last use a network makes room for a new one. These moments are spread over the networks, so those of the
    first turns are used less often.

    Attributes:
        networks: how many take turns.
        uses: number of steps in which each of them is used.
    """

    networks: int = 1
    uses: int = 1

    def drawn_at(self, step: int) -> int:
        """The step at which everything was drawn that the step after `step` completed steps uses.

        It is in [0, step], and `step` itself if there is one use.

        >>> [NetworkPool(networks=1, uses=3).drawn_at(step) for step in range(7)]
        [0, 0, 0, 3, 3, 3, 6]
        >>> [NetworkPool(networks=2, uses=2).drawn_at(step) for step in range(8)]
        [0, 1, 0, 3, 4, 3, 4, 7]
        """
        turn, network = divmod(step, self.networks)
        head_start = network * self.uses // self.networks
        first_turn = max(0, (turn + head_start) // self.uses * self.uses - head_start)
        return first_turn * self.networks + network

    @property
    def kept(self) -> int:
        """How many networks have features that later steps need."""
        return self.networks if self.uses > 1 else 0


class KeptFeatures:
    """The features that were asked for last, by what they were computed from."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Tensor] = {}

    def get(self, key: Hashable, most: int, compute: Callable[[], Tensor]) -> Tensor:
        """The features of `key`, which are computed unless they are kept. At most `most` features are kept then."""
        features = self._kept.pop(key, None)
        # Room is made before the features are computed. A dictionary's first key is the one used least recently.
        while len(self._kept) >= max(1, most):
            del self._kept[next(iter(self._kept))]
        if features is None:
            features = compute()
        if most:
            self._kept[key] = features
        return features

    def forget(self) -> None:
        """Keeps nothing any more."""
        self._kept.clear()
