"""Makes and evaluates the runs of a study, one after another, in this process. All of its state is in the runs.

Runs are made here and not in child processes: a run that is killed resumes anyway, and the data set is loaded once.
Each cell is made by `advance_cell` without regard to the others, so that several processes could share them.
"""

import shutil
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from hdd import api
from hdd.data import Dataset, load_chosen
from hdd.errors import DivergedError, InUseError, RunStateError, StorageError
from hdd.files import replace_file
from hdd.methods import METHODS
from hdd.paths import holds_run
from hdd.records import StepRecord
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import Settings
from hdd.states import EngineState
from hdd.study.declaration import STUDY_FILE, Study
from hdd.study.grid import Cell
from hdd.study.results import CellResult, check_same, find_evaluation, read_result, read_results

NEW_RUN = ".new"
"""The directory in which a run is made before it gets its name, so that none is found half made."""


@dataclass(frozen=True)
class OnStudy:
    """Callbacks of a study that is being run.

    Attributes:
        on_start: called with the results of the runs that are there already.
        on_cell: called with a cell before it is begun.
        on_step: called after each step with its record.
        on_epoch: called with the epochs done and all epochs of an evaluation.
        on_done: called with a cell that has ended, and the results of all.
    """

    on_start: Callable[[list[CellResult]], None]
    on_cell: Callable[[Cell], None]
    on_step: Callable[[StepRecord], None]
    on_epoch: Callable[[int, int], None]
    on_done: Callable[[Cell, list[CellResult]], None]


class _Data:
    """The data sets of a study; only the last one is kept."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._data: Dataset | None = None

    def of(self, settings: Settings) -> Dataset:
        """The real images of a run with these settings."""
        key = (settings.dataset, settings.image_size, settings.unreadable)
        if self._data is None or self._key != key:
            self._data, self._key = None, key
            self._data = load_chosen(settings)
        return self._data


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Within this context, this process is the one that runs the study in a directory.

    A study that could not begin, for example because its data cannot be loaded, leaves nothing.

    Raises:
        HDDError: another process does, or the directory cannot be made.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"The directory {folder} cannot be made ({error}): give another one with --out.") from None
    try:
        with FileLock(folder / "study.lock").acquire(timeout=0):
            try:
                yield
            finally:
                if not (folder / STUDY_FILE).exists():
                    _leave_nothing(folder, made)
    except Timeout:
        raise InUseError(
            f"Another process is running the study in {folder}: `hdd study {folder} --show` shows how far it is."
        ) from None


def _leave_nothing(folder: Path, made: list[Path]) -> None:
    """Removes the lock of a study, and the directories that were `made` for it, innermost first, if they are empty."""
    with suppress(OSError):
        (folder / "study.lock").unlink()
        for each in made:
            each.rmdir()


def run_study(study: Study, folder: Path, told: OnStudy) -> None:
    """Makes and evaluates all runs of a study that are not there yet.

    It can be called again after any end: what is there is not made again, and an interrupted run is resumed bit for
    bit. Runs whose images diverge are left as they are, and the others are made.

    Args:
        study: what is declared.
        folder: the directory of the study; it is made if it does not exist.
        told: what is called while it runs.

    Raises:
        HDDError: another process runs the study; a run that is there is not what the study declares; the data or the
            settings of a run do not fit together; or a run was stopped.
        KeyboardInterrupt: after Ctrl-C; the message says how to continue.
    """
    with _alone(folder):
        try:
            results = read_results(study, folder)
            data = _Data()
            for variant in study.variants:
                METHODS.get(variant.settings.method).check(data.of(variant.settings), variant.settings)
            with replace_file(folder / STUDY_FILE) as partial:
                partial.write_text(study.text(), encoding="utf-8")
            shutil.rmtree(folder / NEW_RUN, ignore_errors=True)
            told.on_start(results)
            for place, cell in enumerate(study.cells()):
                if results[place].is_done:
                    continue
                told.on_cell(cell)
                advance_cell(study, cell, folder, data.of(cell.settings), told)
                results[place] = read_result(study, cell, folder)
                told.on_done(cell, results)
        except KeyboardInterrupt:
            if not (folder / STUDY_FILE).exists():
                raise KeyboardInterrupt("The study had not begun, so nothing was made.") from None
            raise KeyboardInterrupt(f"Nothing is lost. Continue with: hdd study {folder}") from None


def advance_cell(study: Study, cell: Cell, folder: Path, data: Dataset, told: OnStudy) -> None:
    """Makes a run of a study, or resumes it, and evaluates it where that has not been done yet.

    Raises:
        HDDError: as in `run_study`.
    """
    path = folder / cell.run_name
    if not holds_run(path):
        create(folder / NEW_RUN, cell.settings, data, who="hdd study").close()
        (folder / NEW_RUN).rename(path)
    with closing(Run(path)) as run:
        check_same(run, cell)
        for step in cell.variant.steps:
            if find_evaluation(run, cell, study.protocol, step) is not None:
                continue
            if not cell.variant.arm.is_baseline:
                try:
                    _advance(run, step, data, told)
                except DivergedError:
                    # The run says so itself, and the table tells it.
                    return
            protocol = cell.protocol(study.protocol)
            changes = {name: value for name, value in vars(protocol).items() if name != "name"}
            api.evaluate(run, step, protocol.name, told.on_epoch, data=data, **changes)


def _advance(run: Run, step: int, data: Dataset, told: OnStudy) -> None:
    """Advances a run until the exact images after `step` steps are there.

    Raises:
        HDDError: the run has gone past that step, or is stopped before it.
    """
    if run.step > step and step not in run.checkpoints.steps():
        raise RunStateError(
            f"{run.path} has gone past step {step}, and its exact images were not kept: leave that step out of "
            "`evaluate`, or give the study another directory with --out."
        )
    last = step >= run.initial_settings.steps
    if run.status().state == EngineState.FINISHED or (not last and step in run.checkpoints.steps()):
        return
    resume(run, until=None if last else step, on_step=told.on_step, data=data)
    if run.step < step:
        raise RunStateError(f"{run.path} was stopped at step {run.step}. Continue with: hdd study {run.path.parent}")
