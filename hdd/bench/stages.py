"""How the time of a step is divided among its stages."""

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch

from hdd.data import ClassPool
from hdd.methods import batches
from hdd.methods.descent import Descent
from hdd.methods.network_queue import NetworkQueue
from hdd.methods.quadrant_batches import QuadrantBatches
from hdd.objectives import OBJECTIVES
from hdd.runs.run import Run
from hdd.settings import Settings

OTHER = "other"


def _places(settings: Settings) -> dict[str, list[tuple[Any, str]]]:
    """The functions of each stage. What a function calls that belongs to another stage is counted there."""
    objective = OBJECTIVES.get(settings.objective)
    return {
        "draws of networks and images": [
            (batches.Batches, "draw_network"),
            (QuadrantBatches, "draw_network"),
            (ClassPool, "draw"),
        ],
        "augmentation": [(batches, "siamese")],
        "real pass": [(batches.Batches, "real_features")],
        "synthetic pass": [(batches.Batches, "synthetic_features")],
        "objective": [(objective, "loss"), (objective, "diagnostics")],
        "backward": [(torch.autograd, "grad")],
        "update": [(Descent, "descend")],
        "training of networks": [(NetworkQueue, "after")],
        "ledger": [(Run, "write_metrics")],
    }


class StageClock:
    """Measures how long each stage takes; what belongs to none is counted as `OTHER`.

    Args:
        settings: those of the run that is measured.
    """

    def __init__(self, settings: Settings) -> None:
        self._places = _places(settings)
        self._running = [OTHER]
        self._since = time.perf_counter()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def measuring(self) -> Generator[None]:
        """Within this context, the stages are measured, in all threads of this process, which must be one."""
        with ExitStack() as stack:
            for stage, places in self._places.items():
                for owner, name in places:
                    stack.callback(_restore, owner, name, vars(owner).get(name))
                    setattr(owner, name, self._timed(stage, getattr(owner, name)))
            self.take()
            yield

    def take(self) -> dict[str, float]:
        """The seconds of each stage since the last call."""
        self._count()
        taken, self._seconds = self._seconds, defaultdict(float)
        return dict(taken)

    def _count(self) -> None:
        """Counts the time until now for the stage that is running."""
        now = time.perf_counter()
        self._seconds[self._running[-1]] += now - self._since
        self._since = now

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*given: Any, **named: Any) -> Any:
            self._count()
            self._running.append(stage)
            try:
                return function(*given, **named)
            finally:
                self._count()
                self._running.pop()

        return timed


def _restore(owner: Any, name: str, own: Any) -> None:
    """Undoes a `setattr`; `own` is what the owner itself had under the name, None if it was inherited."""
    if own is None:
        delattr(owner, name)
    else:
        setattr(owner, name, own)
