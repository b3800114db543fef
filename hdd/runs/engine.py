"""The engine's work: step by step, taking edits from the inbox of its run between steps."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import numpy as np
import torch

from hdd.data import Dataset
from hdd.data import load as load_dataset
from hdd.errors import DataError, HDDError
from hdd.methods import METHODS, Method
from hdd.records import Edit, StepRecord
from hdd.runs.pictures import save_pictures
from hdd.runs.run import HEARTBEAT_SECONDS, Run, check_steps
from hdd.runs.signals import StopSignal
from hdd.runs.storage import clear_storage_errors
from hdd.runs.tensors import checkpoints_to_drop, snapshot_spacing, write_tensors
from hdd.states import Command, EditStatus, EngineState

CHECKPOINT_SECONDS = 10.0
EDIT_CHECKPOINT_SECONDS = 1.0
PAUSE_POLL_SECONDS = 0.02
CHECKPOINT_SHARE = 0.005
FRAME_SHARE = 0.02


class Engine:
    """Advances one run.

    Args:
        run: to advance.
        data: its real images; None loads them.
        stop: ends the run at a step boundary once it has come.

    Raises:
        HDDError: the data set is not what the run was made with, or as its method.

    Attributes:
        storage_seconds: spent on ledger, snapshots and checkpoints.
    """

    def __init__(self, run: Run, data: Dataset | None = None, stop: StopSignal | None = None) -> None:
        self.run = run
        self._stop = stop or StopSignal()
        self._state = EngineState.STARTING
        self._rate = 0.0
        self._steps_left: int | None = None
        self._heartbeat_due = 0.0
        self._checkpointed = 0.0
        self._checkpoint_due = 0.0
        self._frame_due = 0.0
        self._framed: int | None = None
        self.storage_seconds = 0.0
        initial = run.initial_settings
        run.write_status(EngineState.STARTING, run.step, 0.0, "loading the data set")
        self._data = data or load_dataset(initial.dataset, size=initial.image_size)
        if self._data.fingerprint != run.meta("fingerprint"):
            raise DataError(
                f"The images of {initial.dataset} are not those that {run.path} was made with: "
                f"fingerprint {self._data.fingerprint[:12]}, then {run.meta('fingerprint')[:12]}. "
                "Restore them, or start a new run."
            )
        torch.set_num_threads(initial.threads)
        self._restore()

    @property
    def _step(self) -> int:
        return self._method.step_count

    # State on disk

    def _restore(self) -> None:
        """Takes the newest checkpoint of the run, or its beginning; the ledger is made good from there."""
        self._framed = None
        self._frontier = self.run.step
        for step in reversed(self.run.checkpoints.steps()):
            state = self.run.checkpoints.read(step) if step <= self._frontier else None
            if state is not None:
                break
        else:
            step, state = 0, None
        # The edits of the checkpoint's own step are made again below, as those of the steps that follow it are.
        settings = self.run.settings_at(step - 1)
        self._method: Method = METHODS.get(settings.method)(self._data, settings)
        if state is not None:
            self._method.load_state({name: torch.from_numpy(value) for name, value in state.items()})
        self._past = [edit for edit in self.run.steered() if step <= edit.applied_at <= self._frontier]
        self._arrive()

    def _arrive(self) -> None:
        """Makes the edits again that the record has at the step where the method now stands.

        Whatever brings the method to a step, restoring or stepping, calls this before anything else is done there.
        Edits that are made twice at one step change nothing.
        """
        step = self._method.step_count
        while self._past and self._past[0].applied_at == step:
            edit = self._past.pop(0)
            self._method.steer(**{edit.name: edit.value})

    def _images(self) -> np.ndarray:
        return self._method.images.cpu().numpy()

    @contextmanager
    def _storing(self) -> Generator[None]:
        """Counts the time inside as storage."""
        started = time.perf_counter()
        yield
        self.storage_seconds += time.perf_counter() - started

    def _checkpoint(self) -> None:
        started = time.perf_counter()
        with self._storing():
            state = {name: value.numpy() for name, value in self._method.state().items()}
            self.run.checkpoints.write(self._method.step_count, state, durable=True)
            self.run.checkpoints.drop(checkpoints_to_drop(self.run.checkpoints.steps()))
        self._checkpointed = time.perf_counter()
        cost = self._checkpointed - started
        self._checkpoint_due = self._checkpointed + max(CHECKPOINT_SECONDS, cost / CHECKPOINT_SHARE)

    def _snapshot(self) -> None:
        step = self._method.step_count
        with self._storing():
            if self.run.snapshots.read(step) is None:
                self.run.snapshots.write(step, {"images": self._images().astype(np.float16)})

    def _thin_snapshots(self, spacing: int) -> None:
        edited = {edit.step for edit in self.run.edits(EditStatus.APPLIED)}
        self.run.snapshots.drop([step for step in self.run.snapshots.steps() if step % spacing and step not in edited])

    def _frame(self) -> None:
        """Leaves the newest images for viewers, at a bounded share of the time."""
        started = time.perf_counter()
        if started < self._frame_due or self._framed == self._method.step_count or not self.run.watched():
            return
        write_tensors(
            self.run.path / "live" / "frame.safetensors",
            {"images": self._images().astype(np.float32), "step": np.array(self._method.step_count, np.int64)},
        )
        self._framed = self._method.step_count
        self._frame_due = started + (time.perf_counter() - started) / FRAME_SHARE

    def _say(self, state: EngineState, message: str = "") -> None:
        self._state = state
        self._heartbeat_due = time.perf_counter() + HEARTBEAT_SECONDS
        with self._storing():
            self.run.write_status(state, self._step, self._rate, message)

    # Edits

    def _take_edits(self) -> bool:
        """Applies what is due at this step boundary; returns whether the engine was told to stop."""
        step = self._method.step_count
        with self._storing():
            pending = self.run.pending()
        for edit in pending:
            if edit.name == Command.STOP:
                self.run.decide(edit, EditStatus.APPLIED, step)
                return True
            if edit.name == Command.REWIND:
                self._rewind(edit)
                return False
            if edit.name in list(Command):
                self._obey(edit)
            elif step >= self._frontier and (edit.due is None or edit.due <= step):
                self._apply(edit)
        return self._stop.came

    def _apply(self, edit: Edit) -> None:
        step = self._method.step_count
        if edit.due is not None and edit.due < step:
            self.run.decide(edit, EditStatus.REFUSED, step, reason=f"step {edit.due} had passed when it came")
            return
        old = self._method.settings.values().get(edit.name)
        # So that going back to before an edit is quick; a dragged slider must not write one a position.
        if time.perf_counter() > self._checkpointed + EDIT_CHECKPOINT_SECONDS:
            self._checkpoint()
        # The first pruning scores every real image, which can take a while.
        self._say(self._state, f"applying {edit.name}")
        try:
            check_steps({edit.name: edit.value}, step)
            self._method.steer(**{edit.name: edit.value})
        except HDDError as error:
            self.run.decide(edit, EditStatus.REFUSED, step, old, str(error))
        else:
            self.run.decide(edit, EditStatus.APPLIED, step, old)
            self._snapshot()
        self._say(self._state)

    def _rewind(self, edit: Edit) -> None:
        step = self._method.step_count
        if not 0 <= edit.value <= self.run.step:
            self.run.decide(edit, EditStatus.REFUSED, step, reason=f"the run has steps 0 to {self.run.step}")
            return
        self.run.forget_after(edit.value, asked=edit)
        self._restore()
        self._say(EngineState.PAUSED)

    def _obey(self, edit: Edit) -> None:
        self.run.decide(edit, EditStatus.APPLIED, self._method.step_count)
        self._steps_left = edit.value if edit.name == Command.STEP else None
        self._say(EngineState.PAUSED if edit.name == Command.PAUSE else EngineState.RUNNING)

    # The loop

    def advance(self, until: int | None = None, on_step: Callable[[StepRecord], None] | None = None) -> None:
        """Steps until the run is finished, stopped, or `until` steps are completed.

        Args:
            until: None goes on to the run's last step.
            on_step: called after every step.

        Raises:
            HDDError: full disk, no memory, or images that diverge; the run can be resumed.
        """
        device = self._method.device
        self.run.write_event(
            self._step, f"engine started on {device}, {torch.get_num_threads()} threads, torch {torch.__version__}"
        )
        self._say(EngineState.RUNNING)
        started, made = time.perf_counter(), 0
        ended = EngineState.STOPPED
        with clear_storage_errors(self.run):
            if self._step == 0:
                self._snapshot()
            while not self._take_edits():
                if self._step >= self._method.settings.steps and self._step >= self._frontier:
                    ended = EngineState.FINISHED
                    break
                if until is not None and self._step >= until:
                    break
                if self._state == EngineState.PAUSED and self._step >= self._frontier:
                    self._wait()
                    continue
                record = self._method.step()
                self._arrive()
                made += 1
                self._keep(record)
                if on_step is not None:
                    on_step(record)
            elapsed = time.perf_counter() - started
            self._checkpoint()
            self._snapshot()
            storage = f", {100 * self.storage_seconds / elapsed:.2f} % of it on ledger, snapshots and checkpoints"
            self.run.write_event(self._step, f"{ended} after {made} steps in {elapsed:.1f} s{storage if made else ''}")
            save_pictures(self.run)
            self._say(ended)

    def _wait(self) -> None:
        self._frame()
        if time.perf_counter() > self._heartbeat_due:
            self._say(EngineState.PAUSED)
        time.sleep(PAUSE_POLL_SECONDS)

    def _keep(self, record: StepRecord) -> None:
        """Records a step."""
        with self._storing():
            self.run.write_metrics(record)
        made_before = record.step <= self._frontier
        self._frontier = max(self._frontier, record.step)
        every = self.run.initial_settings.snapshot_every
        spacing = snapshot_spacing(every, record.step)
        if record.step % spacing == 0:
            self._snapshot()
            if spacing != snapshot_spacing(every, record.step - spacing):
                self._thin_snapshots(spacing)
        if time.perf_counter() > self._checkpoint_due:
            self._checkpoint()
        self._frame()
        self._rate = 0.9 * self._rate + 0.1 / record.seconds if self._rate else 1 / record.seconds
        if self._steps_left is not None and not made_before:
            self._steps_left -= 1
            if self._steps_left == 0:
                self._steps_left = None
                self._say(EngineState.PAUSED)
        if time.perf_counter() > self._heartbeat_due:
            self._say(self._state)
