"""The engine advances a run step by step, and takes edits from the run's inbox between steps."""

import math
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

import numpy as np
import torch

from hdd.data import Dataset
from hdd.errors import DivergedError, HDDError
from hdd.methods import METHODS, Method
from hdd.provenance import computing_on
from hdd.pruning.distilled_knobs import NAMES as DISTILLED_PRUNING
from hdd.records import Edit, StepRecord
from hdd.runs.divergence import way_out
from hdd.runs.elsewhere import Elsewhere
from hdd.runs.inbox import check_steps
from hdd.runs.pictures import save_pictures
from hdd.runs.real_images import check_real_images, load_real_images
from hdd.runs.rules import BY, RuleWatch
from hdd.runs.run import HEARTBEAT_SECONDS, Run
from hdd.runs.signals import StopSignal
from hdd.runs.storage import explain_storage_errors
from hdd.runs.tensors import TensorSeries, checkpoint_spread, checkpoints_to_drop, snapshot_spacing, write_tensors
from hdd.states import Command, EditStatus, EngineState

CHECKPOINT_SECONDS = 10.0
EDIT_CHECKPOINT_SECONDS = 1.0
PAUSE_POLL_SECONDS = 0.02
CHECKPOINT_SHARE = 0.005
FRAME_SHARE = 0.02


class Engine:
    """Advances one run.

    Args:
        run: the run to advance.
        data: its real images; None loads them.
        stop: once this signal has been received, the engine stops at the next step boundary.

    Raises:
        HDDError: the data set is not the one that the run was made with, or as in the method.

    Attributes:
        storage_seconds: time spent on the ledger, snapshots and checkpoints.
    """

    def __init__(self, run: Run, data: Dataset | None = None, stop: StopSignal | None = None) -> None:
        self.run = run
        self._stop = stop or StopSignal()
        self._state = EngineState.STARTING
        self._steps_per_second = 0.0
        self._steps_left: int | None = None
        self._paused_because = ""
        self._on_wait: Callable[[str], None] = lambda _: None
        self._on_warning: Callable[[str], None] = lambda _: None
        self._elsewhere = Elsewhere(run)
        self._found_damage = ""
        self._heartbeat_due = 0.0
        self._checkpoint_time = 0.0
        self._checkpoint_due = 0.0
        self._frame_due = 0.0
        self._frame_step: int | None = None
        self.storage_seconds = 0.0
        initial = run.initial_settings
        run.write_status(EngineState.STARTING, run.step, 0.0, "loading the data set")
        if data is not None:
            check_real_images(run, data, initial.dataset)
        self._data = data or load_real_images(run)
        torch.set_num_threads(initial.threads)
        self._restore()

    @property
    def _step(self) -> int:
        return self._method.step_count

    # State on disk

    def _restore(self) -> None:
        """Restores the newest checkpoint of the run, or its beginning; later edits are then made again."""
        self._frame_step = None
        self._recorded_step = self.run.step
        self._set_aside_unrecorded()
        self._rules = RuleWatch(self.run)
        step, state = self._read_checkpoint()
        # The edits of the checkpoint's own step are made again below, like those of the later steps.
        settings = self.run.settings_at(step - 1)
        self._method: Method = METHODS.get(settings.method)(self._data, settings)
        if state is None and (given := self.run.given_initial_images()) is not None:
            self._method.load_state(self._method.state() | {"images": torch.from_numpy(given)})
        if state is not None:
            self._method.load_state({name: torch.from_numpy(value) for name, value in state.items()})
        self._recorded_edits = [edit for edit in self.run.steered() if step <= edit.applied_at <= self._recorded_step]
        self._repeat_edits()

    def _read_checkpoint(self) -> tuple[int, dict[str, np.ndarray] | None]:
        """The newest checkpoint that is whole: its step and its state; step 0 and None if there is none."""
        damaged: list[int] = []
        step, state = 0, None
        for each in reversed(self.run.checkpoints.steps()):
            state = self.run.checkpoints.read(each)
            if state is not None:
                step = each
                break
            damaged.append(each)
        self._set_aside(self.run.checkpoints, damaged, "damaged")
        if damaged:
            self._found_damage = (
                f"the checkpoint of step {', '.join(map(str, damaged))} is damaged, and was moved to damaged/: the "
                f"steps from {step + 1} on are made again"
            )
        return step, state

    def _set_aside(self, series: TensorSeries, steps: Iterable[int], folder: str) -> None:
        """Moves files of a series to a folder of the run in which nobody looks for them."""
        aside = self.run.path / folder / series.folder.name
        for step in steps:
            aside.mkdir(parents=True, exist_ok=True)
            series.path(step).replace(aside / series.path(step).name)

    def _set_aside_unrecorded(self) -> None:
        """Moves images away whose steps have no records: they would be taken for those of the steps to come."""
        late = self.run.steps_without_records()
        for series in (self.run.snapshots, self.run.checkpoints):
            self._set_aside(series, {*late} & {*series.steps()}, "unrecorded")
        if late:
            self.run.write_event(
                self._recorded_step,
                f"images of {len(late)} later steps ({late[0]} to {late[-1]}) were moved to unrecorded/, because the "
                "records of these steps are missing",
            )

    def _repeat_edits(self) -> None:
        """Makes the edits again that are recorded at the present step of the method.

        Whatever brings the method to a step, restoring or stepping, must call this before anything else happens at that
        step. Making the same edits twice at one step changes nothing.
        """
        step = self._method.step_count
        while self._recorded_edits and self._recorded_edits[0].applied_at == step:
            edit = self._recorded_edits.pop(0)
            self._method.steer(**{edit.name: edit.value})

    def _images(self) -> np.ndarray:
        return self._method.images.cpu().numpy()

    @contextmanager
    def _storing(self) -> Generator[None]:
        """Counts the time within this context as storage time."""
        started = time.perf_counter()
        yield
        self.storage_seconds += time.perf_counter() - started

    def _write_checkpoint(self) -> None:
        started = time.perf_counter()
        with self._storing():
            state = {name: value.numpy() for name, value in self._method.state().items()}
            self.run.checkpoints.write(self._method.step_count, state, durable=True)
            spread = checkpoint_spread(sum(value.nbytes for value in state.values()))
            self.run.checkpoints.drop(checkpoints_to_drop(self.run.checkpoints.steps(), spread))
        self._checkpoint_time = time.perf_counter()
        cost = self._checkpoint_time - started
        self._checkpoint_due = self._checkpoint_time + max(CHECKPOINT_SECONDS, cost / CHECKPOINT_SHARE)

    def _write_snapshot(self) -> None:
        step = self._method.step_count
        with self._storing():
            if self._elsewhere.differs or self.run.snapshots.read(step) is None:
                self.run.snapshots.write(step, {"images": self._images().astype(np.float16)})

    def _thin_snapshots(self, spacing: int) -> None:
        edited = {edit.step for edit in self.run.edits(EditStatus.APPLIED)}
        self.run.snapshots.drop([step for step in self.run.snapshots.steps() if step % spacing and step not in edited])

    def _write_frame(self) -> None:
        """Writes the newest images for viewers, if somebody watches; this takes at most `FRAME_SHARE` of the time."""
        started = time.perf_counter()
        if started < self._frame_due or self._frame_step == self._method.step_count or not self.run.watched():
            return
        write_tensors(
            self.run.path / "live" / "frame.safetensors",
            {"images": self._images().astype(np.float32), "step": np.array(self._method.step_count, np.int64)},
        )
        self._frame_step = self._method.step_count
        self._frame_due = started + (time.perf_counter() - started) / FRAME_SHARE

    def _write_status(self, state: EngineState, message: str = "") -> None:
        self._state = state
        message = message or (self._paused_because if state == EngineState.PAUSED else "")
        self._heartbeat_due = time.perf_counter() + HEARTBEAT_SECONDS
        with self._storing():
            self.run.write_status(state, self._step, self._steps_per_second, message)

    # Edits

    def _take_edits(self) -> bool:
        """Applies the edits that are due at this step boundary; returns whether the engine was told to stop."""
        step = self._method.step_count
        if self._recorded_step <= step < self._method.settings.steps:
            self._obey_rules()
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
                self._execute(edit)
            elif step >= self._recorded_step and (edit.due is None or edit.due <= step):
                self._apply(edit)
        return self._stop.received

    def _obey_rules(self) -> None:
        """Writes an edit that asks for a pause, after a checkpoint, for each rule that finds something."""
        for name, why in self._rules.look(self._method.settings).items():
            self._write_checkpoint()
            self._write_snapshot()
            self.run.request({Command.PAUSE: None}, f"{BY}{name}", None, why)

    def _apply(self, edit: Edit) -> None:
        step = self._method.step_count
        if edit.due is not None and edit.due < step:
            reason = f"step {edit.due} had already passed when the edit came"
            self.run.decide(edit, EditStatus.REFUSED, step, reason=reason)
            return
        old = self._method.settings.values().get(edit.name)
        # A checkpoint makes it quick to go back to before the edit. A dragged slider must not write one per position.
        if time.perf_counter() > self._checkpoint_time + EDIT_CHECKPOINT_SECONDS:
            self._write_checkpoint()
        # The first pruning edit scores every real image, which can take a while.
        self._write_status(self._state, f"applying {edit.name}")
        try:
            check_steps({edit.name: edit.value}, step)
            self._method.steer(**{edit.name: edit.value})
        except HDDError as error:
            self.run.decide(edit, EditStatus.REFUSED, step, old, str(error))
        else:
            if edit.name in DISTILLED_PRUNING:
                self.run.decide_with_mask(edit, step, old, self._method.mask)
            else:
                self.run.decide(edit, EditStatus.APPLIED, step, old)
            self._rules = RuleWatch(self.run)
            self._write_snapshot()
        self._write_status(self._state)

    def _rewind(self, edit: Edit) -> None:
        step = self._method.step_count
        if not 0 <= edit.value <= self.run.step:
            self.run.decide(edit, EditStatus.REFUSED, step, reason=f"the run only has steps 0 to {self.run.step}")
            return
        self.run.forget_after(edit.value, asked=edit)
        self._restore()
        self._warn_of_damage()
        self._paused_because = ""
        self._write_status(EngineState.PAUSED)

    def _execute(self, edit: Edit) -> None:
        self.run.decide(edit, EditStatus.APPLIED, self._method.step_count)
        self._steps_left = edit.value if edit.name == Command.STEP else None
        self._paused_because = f"{edit.note}; {edit.who}" if edit.note else ""
        self._write_status(EngineState.PAUSED if edit.name == Command.PAUSE else EngineState.RUNNING)
        if self._paused_because:
            self._on_wait(self._paused_because)

    # The loop

    def advance(
        self,
        until: int | None = None,
        on_step: Callable[[StepRecord], None] | None = None,
        on_wait: Callable[[str], None] | None = None,
        on_warning: Callable[[str], None] | None = None,
    ) -> None:
        """Makes steps until the run is finished or stopped, or until `until` steps are completed.

        Args:
            until: the step to stop at; None continues to the run's last step.
            on_step: called after every step.
            on_wait: called with why a rule has paused the run.
            on_warning: called with why steps may get other bits than the same run elsewhere, before they are made.

        Raises:
            HDDError: the disk is full, the device has too little memory, or the images diverge. The run can be resumed;
                after a divergence it stands at the step before, and has a checkpoint of it.
        """
        self._on_wait, self._on_warning = on_wait or self._on_wait, on_warning or self._on_warning
        # What goes wrong in `on_step`, such as a full standard output, is no error of the disk of the run.
        for record in self._steps(until):
            if on_step is not None:
                on_step(record)

    def _steps(self, until: int | None) -> Generator[StepRecord]:
        """Yields the record of each step as it is made; arguments and errors are as in `advance`."""
        device = self._method.device
        self.run.write_event(
            self._step, f"engine started on {device}, threads: {torch.get_num_threads()}, torch {torch.__version__}"
        )
        self._warn_of_damage()
        self._warn(self._elsewhere.begin(self._step, self._recorded_step, computing_on(device)))
        self._write_status(EngineState.RUNNING)
        started, made = time.perf_counter(), 0
        ended = EngineState.STOPPED
        with explain_storage_errors(self.run):
            if self._step == 0:
                self._write_snapshot()
                if self._method.mask.left_out:
                    self.run.write_mask(0, self._method.mask)
            while not self._take_edits():
                if self._step >= self._method.settings.steps and self._step >= self._recorded_step:
                    ended = EngineState.FINISHED
                    break
                if until is not None and self._step >= until:
                    break
                if self._state == EngineState.PAUSED and self._step >= self._recorded_step:
                    self._wait()
                    continue
                record = self._make_step()
                self._repeat_edits()
                made += 1
                self._record(record)
                yield record
            elapsed = time.perf_counter() - started
            self._write_checkpoint()
            self._write_snapshot()
            storage = f", {100 * self.storage_seconds / elapsed:.2f} % of it for the ledger, snapshots and checkpoints"
            self.run.write_event(self._step, f"{ended} after {made} steps in {elapsed:.1f} s{storage if made else ''}")
            save_pictures(self.run)
            self._write_status(ended)

    def _warn_of_damage(self) -> None:
        self._warn(self._found_damage)
        self._found_damage = ""

    def _warn(self, text: str) -> None:
        if text:
            self.run.write_event(self._step, f"warning: {text}")
            self._on_warning(text)

    def _make_step(self) -> StepRecord:
        """Makes a step. If it would diverge, a checkpoint keeps what came before it.

        Raises:
            HDDError: as in `advance`.
        """
        try:
            record = self._method.step()
        except DivergedError as error:
            self._write_checkpoint()
            self._write_snapshot()
            save_pictures(self.run)
            raise DivergedError(f"{error} {way_out(self.run)}") from None
        if not math.isfinite(record.loss):
            # The method breaks a rule, so its present state is not worth a checkpoint.
            settings = self._method.settings
            raise DivergedError(
                f"The loss of step {record.step} is {record.loss}, by the objective {settings.objective} and the "
                f"method {settings.method}, which `hdd check` can test. {way_out(self.run)}"
            )
        return record

    def _wait(self) -> None:
        self._write_frame()
        if time.perf_counter() > self._heartbeat_due:
            self._write_status(EngineState.PAUSED)
        time.sleep(PAUSE_POLL_SECONDS)

    def _record(self, record: StepRecord) -> None:
        """Records a step."""
        made_before = record.step <= self._recorded_step
        if made_before:
            self._warn(self._elsewhere.compare(record))
        with self._storing():
            self.run.write_metrics(record)
        if not made_before:
            self._rules.add(record)
        self._recorded_step = max(self._recorded_step, record.step)
        every = self.run.initial_settings.snapshot_every
        spacing = snapshot_spacing(every, record.step)
        if record.step % spacing == 0:
            self._write_snapshot()
            if spacing != snapshot_spacing(every, record.step - spacing):
                self._thin_snapshots(spacing)
        if time.perf_counter() > self._checkpoint_due:
            self._write_checkpoint()
        self._write_frame()
        rate = self._steps_per_second
        self._steps_per_second = 0.9 * rate + 0.1 / record.seconds if rate else 1 / record.seconds
        if self._steps_left is not None and not made_before:
            self._steps_left -= 1
            if self._steps_left == 0:
                self._steps_left = None
                self._write_status(EngineState.PAUSED)
        if time.perf_counter() > self._heartbeat_due:
            self._write_status(self._state)
