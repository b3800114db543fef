"""Reads what the runs of a study have found. This module does not import torch."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from hdd.errors import InUseError, RunStateError
from hdd.knobs.text import to_text
from hdd.paths import holds_run
from hdd.protocol import Protocol
from hdd.runs.run import Run
from hdd.runs.schema import LOCKED_SECONDS
from hdd.states import Command, EditStatus, EngineState
from hdd.study.declaration import Study
from hdd.study.grid import Cell


@dataclass(frozen=True)
class CellResult:
    """What a run has found so far.

    Attributes:
        cell: the run.
        accuracies: mean test accuracy over the networks, a fraction, by the step of the images. A baseline has one
            accuracy, which stands at every step of the study.
        step: number of completed steps.
        step_size: mean over steps and classes of gradient norm × image learning rate; None without steps.
        step_seconds: time that its steps took together.
        evaluation_seconds: time that its evaluations took together.
        problem: why its engine failed; "" if it did not.
        made_by: versions, machine and data that it was made with, and the hosts that evaluated it; empty without a run.
    """

    cell: Cell
    accuracies: Mapping[int, float] = field(default_factory=dict)
    step: int = 0
    step_size: float | None = None
    step_seconds: float = 0.0
    evaluation_seconds: float = 0.0
    problem: str = ""
    made_by: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_begun(self) -> bool:
        """Whether there is a run."""
        return bool(self.made_by)

    @property
    def is_done(self) -> bool:
        """Whether all that the study asks of it is there."""
        variant = self.cell.variant
        return bool(self.accuracies) and (variant.arm.is_baseline or {*variant.steps} <= {*self.accuracies})

    @property
    def is_decided(self) -> bool:
        """Whether it is done, or has failed."""
        return self.is_done or bool(self.problem)

    @property
    def last(self) -> float | None:
        """Accuracy at its last step; None before that is known."""
        return self.accuracies[max(self.accuracies)] if self.is_done else None


def read_results(study: Study, folder: Path) -> list[CellResult]:
    """What the runs in the directory of a study have found, in the order of `Study.cells`.

    Raises:
        HDDError: a run is not what the study declares, or was steered, or the runs have not the same real images; the
            message names the difference.
    """
    found = [read_result(study, cell, folder) for cell in study.cells()]
    check_same_images(found, folder)
    return found


def check_same_images(results: Sequence[CellResult], folder: Path) -> None:
    """Checks that the runs of each data set have the same real images.

    Raises:
        HDDError: they have not; the message names two runs that differ.
    """
    images: dict[tuple[Any, ...], CellResult] = {}
    for result in results:
        if result.is_begun:
            settings = result.cell.settings
            first = images.setdefault((settings.dataset, settings.image_size, settings.unreadable), result)
            if first.made_by["fingerprint"] != result.made_by["fingerprint"]:
                raise RunStateError(
                    f"{folder / first.cell.run_name} and {folder / result.cell.run_name} were made with different "
                    f"images of {settings.dataset}, so they cannot be compared: delete one of them, and run the study "
                    "again."
                )


def read_result(study: Study, cell: Cell, folder: Path, patience: float = LOCKED_SECONDS) -> CellResult:
    """What one run has found; see `read_results`. `patience` is as in `RunReader`."""
    path = folder / cell.run_name
    if not holds_run(path):
        return CellResult(cell)
    with closing(Run(path, patience)) as run:
        check_same(run, cell)
        accuracies, seconds, hosts = _evaluations(study, run, cell)
        records = run.metrics()
        norms = [float(record.column("gradient_norm").mean()) for record in records]
        status = run.status()
        return CellResult(
            cell,
            accuracies,
            step=run.step,
            step_size=fmean(norms) * cell.settings.image_lr if norms else None,
            step_seconds=sum(record.seconds for record in records),
            evaluation_seconds=seconds,
            problem=status.message if status.state == EngineState.FAILED else "",
            made_by={
                **run.meta("provenance"),
                "threads": run.initial_settings.threads,
                "fingerprint": run.meta("fingerprint"),
                "hosts": hosts,
            },
        )


def check_same(run: Run, cell: Cell) -> None:
    """Checks that a run is the one that a study declares.

    Raises:
        HDDError: its settings are others, or it was steered.
    """
    declared, made = cell.settings, run.initial_settings
    for name in declared.in_force():
        wanted, there = getattr(declared, name), getattr(made, name)
        if wanted != there and not (name == "threads" and wanted is None):
            raise InUseError(
                f"{run.path} was made with {name}={to_text(there)}, and the study says {name}={to_text(wanted)}: "
                "delete the run, or give the changed study another directory with --out."
            )
    commands = {*Command}
    for edit in run.edits():
        if edit.name not in commands and edit.status in (EditStatus.APPLIED, EditStatus.PENDING):
            raise RunStateError(
                f"{run.path} was steered ({edit.name}={to_text(edit.value)}), so it is no longer the run that the "
                "study declares: delete it, and run the study again."
            )


def find_evaluation(run: Run, cell: Cell, protocol: Protocol, step: int) -> dict[str, Any] | None:
    """The evaluation of the images of `step` under the protocol of a study; None if there is none."""

    def parts(of: Mapping[str, Any]) -> dict[str, Any]:
        return {**asdict(Protocol()), **of, "name": None}

    wanted = parts(asdict(cell.protocol(protocol)))
    return next(
        (each for each in run.evaluations() if each["step"] == step and parts(each["protocol"]) == wanted), None
    )


def _evaluations(study: Study, run: Run, cell: Cell) -> tuple[dict[int, float], float, list[str]]:
    """The accuracies of a run by step, how many seconds it took to find them, and on which hosts."""
    found = {step: find_evaluation(run, cell, study.protocol, step) for step in cell.variant.steps}
    made = {step: each for step, each in found.items() if each is not None}
    took = [each["took"] for each in made.values() if each["took"]]
    accuracies = {step: fmean(each["accuracies"]) for step, each in made.items()}
    if cell.variant.arm.is_baseline and accuracies:
        accuracies = dict.fromkeys(study.steps or [0], accuracies[0])
    return accuracies, sum(each["seconds"] for each in took), sorted({each["host"] for each in took})
