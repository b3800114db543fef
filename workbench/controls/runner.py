"""The buttons of the engine: pause, resume, step, stop."""

import panel as pn
import panel_material_ui as pmui

from hdd.paths import FOLDER
from hdd.runs.engine_status import KILLED
from hdd.states import Command, EngineState
from workbench.component import SourceComponent
from workbench.controls.job_watch import JobWatch
from workbench.controls.notices import attempt, may_steer, notify
from workbench.core.frame import Frame
from workbench.core.image_folders import image_folders
from workbench.core.job import Job, JobKind
from workbench.core.jobs import Engines
from workbench.core.progress_text import duration
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, Notice, show

AS_BEFORE = "where it was"
"""The choice of the folder in which a run has its images."""


class Runner(SourceComponent):
    """Starts, pauses and stops the engine of a run.

    Args:
        shown: see `SourceComponent`.
        engines: starts processes; None starts them on the runs of this run's folder.
    """

    needs_run = True

    def __init__(self, shown: Session | Shown, engines: Engines | None = None) -> None:
        super().__init__(shown)
        self._engines = engines or Engines(self._session.run_source.run.path.parent)
        path = self._session.run_source.run.path
        self._watch = JobWatch(self._session, self._engines, path, JobKind.ENGINE, self._ended)
        self._starts = False
        button = {"size": "small", "margin": (4, 3), "variant": "outlined"}
        self._pause = pmui.Button(label="Pause", icon="pause", description="Pause or resume (space)", **button)
        self._step = pmui.Button(label="Step", icon="skip_next", description="Run one step, then pause", **button)
        self._stop = pmui.Button(label="Stop", icon="stop", description="Stop the engine; it can be resumed", **button)
        self._resume = pmui.Button(label="Resume", icon="play_arrow", size="small", margin=(4, 3), variant="contained")
        self._pause.on_click(lambda _: self._press())
        self._step.on_click(lambda _: self._command(Command.STEP, 1))
        self._stop.on_click(lambda _: self._command(Command.STOP))
        self._resume.on_click(lambda _: self.resume())
        self._place = pmui.Select(
            label="Image folder now",
            options={AS_BEFORE: ""},
            size="small",
            margin=(8, 10),
            description="Where the same images are now, among the folders in HDD_FOLDERS.",
        )
        self._moved = pmui.Column(self._place, margin=0, sx=HIDDEN)
        self._problem = Notice("", severity="error", margin=(4, 10), sizing_mode="stretch_width", sx=HIDDEN)
        self._panel = pn.Column(
            self._problem,
            self._moved,
            pn.Row(self._resume, self._pause, self._step, self._stop, margin=(0, 6)),
            sizing_mode="stretch_width",
        )

    def _press(self) -> None:
        if self._session.run_source.state.status.state == EngineState.QUEUED:
            self._command(Command.GO)
        else:
            self.toggle()

    def toggle(self) -> None:
        """Pauses a running run, and resumes a paused one."""
        state = self._session.run_source.state.status.state
        if state in (EngineState.RUNNING, EngineState.STARTING):
            self._command(Command.PAUSE)
        elif state == EngineState.PAUSED:
            self._command(Command.GO)

    def _command(self, name: Command, value: int | None = None) -> None:
        if may_steer(self._session):
            answer = self._session.run_source.ask(lambda run: run.command(name, value, who=self._session.who))
            self._session.when_done(answer, lambda done: attempt(done.result))

    def resume(self) -> None:
        """Starts an engine on the run; a finished run gets as many steps again."""
        state = self._session.run_source.state
        more = 2 * state.settings.steps if state.status.state == EngineState.FINISHED else None
        if may_steer(self._session):
            self._starts = True
            # The browser offers no others, but it can send any.
            place = self._place.value if self._place.value in image_folders().values() else ""
            place = place.removeprefix(FOLDER) or None
            path, who = self._session.run_source.run.path, self._session.who
            attempt(lambda: self._engines.resume(path, more, place=place, who=who))
            self._watch.look()

    def _ended(self, job: Job) -> None:
        """Says why an engine has failed; if it found no images, one may say where they are now."""
        if job.failure:
            notify("error", job.failure)
        lost = "--data PATH" in (job.failure or "")
        if lost:
            self._place.options = {AS_BEFORE: "", **image_folders()}
        show(self._moved, lost)

    def update(self, frame: Frame) -> None:
        """Shows what the engine is doing, and enables the buttons that fit."""
        self._watch.start()
        state, drives = frame.run_state.status.state, self._session.drives
        going = state.is_alive
        ended_badly = state in (EngineState.KILLED, EngineState.FAILED)
        self._problem.object = text = status_text(frame) if frame.state.problem or ended_badly else ""
        show(self._problem, bool(text))
        waiting = bool(self._watch.jobs)
        self._resume.disabled = not drives or waiting or frame.state.problem is not None
        more = f"Run {frame.run_state.settings.steps} more steps"
        again = more if state == EngineState.FINISHED else f"Resume from step {frame.state.step}"
        # The process of an engine that is about to end is also among the jobs. The label must not call it a start.
        self._starts = waiting and not going and (self._starts or state == EngineState.NEW)
        show(self._resume, not going)
        if not going:
            self._resume.label = "Starting the engine …" if self._starts else again
        for button in (self._pause, self._step, self._stop):
            show(button, going)
        self._pause.label, self._pause.icon = {
            EngineState.PAUSED: ("Resume", "play_arrow"),
            EngineState.QUEUED: ("Run in parallel", "fast_forward"),
        }.get(state, ("Pause", "pause"))
        self._pause.disabled = not drives
        self._step.disabled = not drives or state != EngineState.PAUSED
        self._stop.disabled = not drives


def status_text(frame: Frame) -> str:
    """The state of a run in one sentence."""
    state = frame.run_state
    status, steps = state.status, state.settings.steps
    if state.problem is not None:
        return state.problem
    if state.reading:
        return "Reading the run …"
    where = f"step {state.step} of {steps}"
    if status.state == EngineState.RUNNING:
        left = (steps - state.step) / status.steps_per_second if status.steps_per_second else None
        rate = f", {status.steps_per_second:.3g} steps/s" if status.steps_per_second else ""
        return (
            f"Running: {where}{rate}" + (f", {duration(left)} left" if left is not None else "") + _busy(status.message)
        )
    if status.state == EngineState.KILLED and status.message != KILLED:
        return f"At {where}: {status.message}"
    if status.state == EngineState.KILLED:
        return f"Killed at {where}, perhaps because memory ran out. Resume goes on from there, bit for bit."
    if status.state == EngineState.FAILED:
        return f"Failed at {where}: {status.message}"
    words = {
        EngineState.NEW: "Not started",
        EngineState.STARTING: "Starting",
        EngineState.QUEUED: "Queued",
        EngineState.PAUSED: "Paused",
        EngineState.STOPPED: "Stopped",
        EngineState.FINISHED: "Finished",
    }
    return f"{words[status.state]}: {where}{_busy(status.message)}"


def _busy(message: str) -> str:
    return f" ({message})" if message else ""
