"""What the runs of a folder are and how they differ: their facts, and the tree of forks. Does not import torch."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Protocol

from hdd.networks import DEFAULT
from hdd.protocol import architecture, comparable, percent_text, spread
from hdd.runs.run import Run
from hdd.runs.schema import LOCKED_SECONDS
from hdd.settings import Settings
from hdd.states import EngineState


@dataclass(frozen=True)
class Accuracy:
    """An evaluation in figures.

    Attributes:
        step: whose images were evaluated.
        mean: of the networks, a fraction.
        spread: standard deviation over the networks; None for a single network, which has none.
        protocol: name of the protocol.
        architecture: of the networks.
    """

    step: int
    mean: float
    spread: float | None
    protocol: str
    architecture: str = DEFAULT

    @classmethod
    def of(cls, evaluation: Mapping[str, Any]) -> "Accuracy":
        """The figures of an evaluation as `Run.evaluations` returns it."""
        values = evaluation["accuracies"]
        name = evaluation["protocol"]["name"]
        return cls(evaluation["step"], fmean(values), spread(values), name, architecture(evaluation))

    def __str__(self) -> str:
        """For example "62.5 ± 17.7 % @ 20"; it names an architecture that is not the usual one."""
        network = "" if self.architecture == DEFAULT else f" ({self.architecture})"
        return f"{percent_text(self.mean, self.spread)}{network} @ {self.step}"


@dataclass(frozen=True)
class RunFacts:
    """The facts by which a run is told from others.

    Attributes:
        path: its directory.
        id: unique to the run, whatever its directory is called.
        parent: `path`, `id` and `step` of the run that it was made from; None if it was not made from one.
        created: when it was made, in seconds since the epoch.
        initial: the settings that it started with.
        settings: the settings in force now.
        state: of its engine.
        step: number of completed steps.
        accuracy: the newest evaluation of its images, by ConvNets if there is one; None before the first.
        note: what somebody wrote about it.
    """

    path: Path
    id: str
    parent: Mapping[str, Any] | None
    created: float
    initial: Settings
    settings: Settings
    state: EngineState
    step: int
    accuracy: Accuracy | None
    note: str

    @property
    def name(self) -> str:
        """Name of its directory."""
        return self.path.name

    @property
    def is_going(self) -> bool:
        """Whether an engine advances it."""
        return self.state.is_alive

    @property
    def origin(self) -> str:
        """What it was made from, for example "demo @ 20"; "" if it was not made from another run."""
        return "" if self.parent is None else f"{Path(self.parent['path']).name} @ {self.parent['step']}"


def read_facts(path: str | os.PathLike[str], patience: float = LOCKED_SECONDS) -> RunFacts:
    """The facts of the run in `path`; `patience` is as in `RunReader`.

    Raises:
        HDDError: there is no run in the directory, or a newer version made it.
    """
    with closing(Run(path, patience)) as run:
        evaluations = comparable(run.evaluations())
        return RunFacts(
            path=run.path,
            id=run.meta("id"),
            parent=run.meta("parent"),
            created=run.meta("created"),
            initial=run.initial_settings,
            settings=run.settings,
            state=run.status().state,
            step=run.step,
            accuracy=Accuracy.of(evaluations[-1]) if evaluations else None,
            note=run.note,
        )


class Steered(Protocol):
    """A run by its settings: those that it started with, and those in force now."""

    @property
    def initial(self) -> Settings:
        """At the start."""
        ...

    @property
    def settings(self) -> Settings:
        """Now."""
        ...


def differing_knobs(runs: Sequence[Steered]) -> list[str]:
    """The knobs whose values are not the same in all runs, at the start or now; without the number of steps."""
    found = {name for facts in runs for settings in (facts.initial, facts.settings)
             for name, value in settings.values().items() if value != runs[0].initial.values()[name]}  # fmt: skip
    return [name for name in Settings.names() if name in found and name != "steps"]


def family_tree(runs: Iterable[RunFacts]) -> list[tuple[int, RunFacts]]:
    """The runs, each followed by those that were made from it, as (depth, run); both in the order of their making.

    A run whose parent is not among them stands at depth 0.
    """
    ordered = sorted(runs, key=lambda facts: (facts.created, facts.name))
    ids = {facts.id for facts in ordered}
    children: dict[str | None, list[RunFacts]] = {}
    for facts in ordered:
        parent = facts.parent["id"] if facts.parent else None
        children.setdefault(parent if parent in ids and parent != facts.id else None, []).append(facts)
    tree: list[tuple[int, RunFacts]] = []
    waiting = [(0, facts) for facts in reversed(children.get(None, []))]
    placed: set[str] = set()
    while waiting:
        depth, facts = waiting.pop()
        tree.append((depth, facts))
        # A copied directory has the id of its original; only the first of them is followed by their forks.
        if facts.id not in placed:
            placed.add(facts.id)
            waiting += [(depth + 1, child) for child in reversed(children.get(facts.id, []))]
    return tree
