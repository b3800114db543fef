"""Advances a run in this process: takes its lock and its place in the queue, handles signals, and records its end."""

import os
import signal
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from hdd.data import Dataset
from hdd.devices import pick_device
from hdd.errors import HDDError, InvalidInputError, RunStateError, StorageError
from hdd.process import release_memory
from hdd.progress import Progress
from hdd.records import StepRecord
from hdd.runs.engine import Engine
from hdd.runs.queue import Ticket, wait_for_turn
from hdd.runs.real_images import check_place, check_real_images, load_real_images
from hdd.runs.run import Run
from hdd.runs.signals import StopSignal
from hdd.runs.storage import explain_storage_errors
from hdd.states import Command, EditStatus, EngineState


def resume(
    run: Run | str | os.PathLike[str],
    until: int | None = None,
    steps: int | None = None,
    on_step: Callable[[StepRecord], None] | None = None,
    data: Dataset | None = None,
    queue: bool = False,
    on_wait: Callable[[str], None] | None = None,
    place: str | None = None,
    on_load: Progress | None = None,
    on_warning: Callable[[str], None] | None = None,
    who: str = "python",
) -> Run:
    """Advances a run from its last completed step, in this process, until it is finished or stopped.

    Args:
        run: the run or its directory.
        until: stop when this many steps are completed, before the run is finished.
        steps: the run's new number of steps; with more steps, a finished run can be resumed too.
        on_step: called after every step.
        data: the run's real images, if they are already loaded.
        queue: True waits until all engines that came earlier to the run's device on this machine have ended; False
            shares the device.
        on_wait: called with what the run is waiting for, whenever that changes.
        place: the folder in which the real images are now, if it was moved.
        on_warning: called with why steps can get other bits here than where the run was made, before they are made.
        on_load: called with the number of images read and of all images, while a folder is read for the first time.
        who: the author of new `steps` in the ledger.

    Returns:
        The run.

    Raises:
        HDDError: another engine advances the run, nothing is left to do, or the real images are not there, and then
            nothing was changed; or as in `Engine.advance`.
        KeyboardInterrupt: after Ctrl-C. The engine stops between two steps and nothing is lost; a second Ctrl-C ends it
            immediately.
    """
    run = run if isinstance(run, Run) else Run(run)
    with run.advancing():
        stop = StopSignal()
        _check(run, steps)
        if queue:
            check_can_queue(run.initial_settings.device, run.path)
        try:
            with explain_storage_errors(run), stop.recording(raise_too=True), run.loading():
                data = _loaded(run, data, place, queue, on_load)
        except KeyboardInterrupt:
            raise _interrupted(run, "while it was loading") from None
        _prepare(run, steps, who)
        try:
            with explain_storage_errors(run):
                run.write_status(EngineState.STARTING, run.step, 0.0, "")
            with _ticket(run, queue) as ticket:
                with stop.recording():
                    its_turn = not queue or ticket is None or wait_for_turn(run, ticket, stop, on_wait)
                if its_turn:
                    with stop.recording(raise_too=True):
                        engine = Engine(run, data, stop)
                    with stop.recording():
                        engine.advance(until, on_step, on_wait, on_warning)
        except KeyboardInterrupt:
            loading = run.status().state == EngineState.STARTING
            raise _interrupted(run, "while it was loading" if loading else "immediately") from None
        except Exception as error:
            reason = str(error) if isinstance(error, HDDError) else f"{type(error).__name__}: {error}"
            with suppress(OSError, sqlite3.Error):
                run.end(EngineState.FAILED, reason)
            raise
        if stop.number == signal.SIGINT and run.status().state != EngineState.FINISHED:
            raise _interrupted(run)
    return run


def _interrupted(run: Run, how: str | None = None) -> KeyboardInterrupt:
    """The exception that reports a Ctrl-C; `how`, if the engine could not end by itself, is recorded in the run."""
    if how is not None:
        with suppress(OSError, sqlite3.Error):
            run.end(EngineState.STOPPED, f"interrupted {how}")
    how = "" if how is None else f" {how}"
    return KeyboardInterrupt(f"{run.path} was stopped{how} at step {run.step}. Resume it with: hdd resume {run.path}")


def check_can_queue(device: str, run: Path) -> None:
    """Checks that a run can be given a place in the queue for a device, before anything is made or changed.

    Raises:
        HDDError: this machine has no such device, or the folder of the queue cannot be written.
    """
    try:
        _take_place(device, run).release()
    except OSError as error:
        raise _cannot_queue(device, error) from None


def _take_place(device: str, run: Path) -> Ticket:
    return Ticket(_device_name(pick_device(device)), run)


def _cannot_queue(device: str, error: OSError) -> StorageError:
    return StorageError(
        f"Cannot queue for the device {device} ({error}): set HDD_CACHE_DIR to a folder that can be written, "
        "or leave out --queue (queue=False)."
    )


@contextmanager
def _ticket(run: Run, needed: bool) -> Generator[Ticket | None]:
    """A place in the queue for the run's device; None if no place can be had and none is `needed`."""
    device = run.initial_settings.device
    try:
        ticket = _take_place(device, run.path)
    except OSError as error:
        if needed:
            raise _cannot_queue(device, error) from None
        yield None
        return
    try:
        yield ticket
    finally:
        with suppress(OSError):
            ticket.release()


def _device_name(device: torch.device) -> str:
    """A name for the device that is the same in every process."""
    if device.type != "cuda":
        return device.type
    visible = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    index = device.index or 0
    return f"cuda-{visible[index] if index < len(visible) else index}"


def _loaded(run: Run, data: Dataset | None, place: str | None, queue: bool, on_load: Progress | None) -> Dataset | None:
    """The real images; None if they are to be read only when the run's turn comes.

    Raises:
        HDDError: they are not there, or are not those of the run.
    """
    if data is not None:
        check_real_images(run, data, run.initial_settings.dataset)
        return data
    if queue and run.status().state == EngineState.NEW:
        # Whoever made the run has just read them.
        check_place(run)
        return None
    loaded = load_real_images(run, place, on_load)
    if not queue:
        return loaded
    # A waiting process must not hold the images; when its turn comes, it reads them from the cache.
    del loaded
    release_memory()
    return None


def _check(run: Run, steps: int | None) -> None:
    """Refuses a run with nothing left to do."""
    run.check_installed()
    if steps is not None and steps != run.settings.steps:
        if steps <= run.step:
            raise InvalidInputError(
                f"steps={steps} is not more than the {run.step} steps that {run.path} has made: give more."
            )
    elif run.status().state == EngineState.FINISHED:
        raise RunStateError(
            f"{run.path} is finished at step {run.step}. "
            f"Give it more steps (for example --steps {2 * run.step}), rewind it, or fork it."
        )


def _prepare(run: Run, steps: int | None, who: str) -> None:
    """Clears what a dead engine left behind, partial files and commands, and gives the run more steps."""
    with explain_storage_errors(run):
        for edit in run.pending():
            if edit.name in list(Command):
                run.decide(edit, EditStatus.REFUSED, run.step, reason="the engine that it was sent to had ended")
        for partial in run.path.glob("**/.*.partial"):
            partial.unlink(missing_ok=True)
        if steps is not None and steps != run.settings.steps:
            if run.status().state == EngineState.FINISHED:
                run.end(EngineState.STOPPED, "reopened")
            run.steer(who=who, steps=steps)
