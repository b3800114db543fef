"""Evaluates the images of a run in another process, and random real images to compare them with."""

from collections.abc import Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui

from hdd.networks import DEFAULT, NETWORKS
from hdd.published import Distance, distance
from workbench.component import SourceComponent
from workbench.controls.job_watch import JobWatch
from workbench.controls.notices import attempt, may_steer, notify
from workbench.core.evaluations import (
    NAMES,
    architecture_heading,
    architecture_rows,
    evaluation_progress,
    expected_text,
    newest_texts,
    protocol_text,
    result_text,
    results_text,
    so_far_text,
)
from workbench.core.frame import Frame
from workbench.core.job import Job, JobKind
from workbench.core.jobs import Engines
from workbench.core.progress_text import progress_text
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, SMALL_CHOICE, Html, Text, facts, show

PURPOSES = {"quick": "to watch a run", "full": "to report results"}
ALL = "all that fit the images"
"""The choice that stands for all architectures. Which of them fit, only the process knows that loads PyTorch."""
STEPS = {
    "the step that is shown": 0,
    "every kept step": 1,
    "every 2nd kept step": 2,
    "every 5th kept step": 5,
    "every 10th kept step": 10,
}
"""What evaluations can be about: the shown step, or every so many kept steps back from the newest."""


class Evaluator(SourceComponent):
    """Starts evaluations and baselines, shows how far they are, cancels them, and says what they found.

    Args:
        shown: see `SourceComponent`.
        engines: starts processes; None starts them on the runs of this run's folder.
    """

    needs_run = True

    def __init__(self, shown: Session | Shown, engines: Engines | None = None) -> None:
        super().__init__(shown)
        self._engines = engines or Engines(self._session.run_source.run.path.parent)
        path = self._session.run_source.run.path
        self._watch = JobWatch(self._session, self._engines, path, JobKind.EVALUATION, self._ended, self._show_progress)
        self._frame: Frame | None = None
        self._outcome = ""
        """Why the last evaluation has no result, in words; "" if it has one, or if there was none."""
        self._ipc = self._session.run_source.initial_settings.ipc
        button = {"size": "small", "margin": (4, 3)}
        self._evaluate = {name: pmui.Button(label=f"{name.capitalize()} evaluation", variant="outlined", **button)
                          for name in NAMES}  # fmt: skip
        self._baseline = {name: pmui.Button(label=f"{name.capitalize()} baseline", variant="text", **button)
                          for name in NAMES}  # fmt: skip
        for name in NAMES:
            # Screen readers read the description in place of the label, so it begins with that.
            about = f"{protocol_text(name)}, {PURPOSES.get(name, '')}"
            evaluate, baseline = self._evaluate[name], self._baseline[name]
            evaluate.description = f"{evaluate.label}: trains on the synthetic images; {about}"
            baseline.description = f"{baseline.label}: trains on {self._ipc} random real images per class; {about}"
            evaluate.on_click(lambda _, name=name: self.evaluate(name))
            baseline.on_click(lambda _, name=name: self.evaluate(name, baseline=True))
        self._chosen = pmui.MultiChoice(
            label="Architectures",
            options=[ALL, *NETWORKS.names()],
            value=[DEFAULT],
            description="What evaluations and baselines train, one after another; the accuracies of a run's curve are "
            "those of ConvNets",
            sizing_mode="stretch_width",
            margin=(8, 10, 4, 10),
            sx=SMALL_CHOICE,
        )
        self._chosen.param.watch(lambda _: self._session.refresh(), "value")
        self._every = pmui.Select(
            label="Evaluate",
            options=STEPS,
            value=0,
            size="small",
            description="Evaluate one kept step, or several one after another, counted back from the newest; the curve "
            "“accuracy” shows what is found",
            sizing_mode="stretch_width",
            margin=(8, 10, 4, 10),
        )
        self._every.param.watch(lambda _: self._session.refresh(), "value")
        self._times = Text("", variant="caption", margin=(0, 10), sx=HIDDEN)
        self._progress = pmui.Progress(value=0, max=100, sizing_mode="stretch_width", margin=(17, 6, 0, 10))
        self._cancel = pmui.Button(label="Cancel", variant="text", **button)
        self._cancel.on_click(lambda _: self.cancel())
        self._running = pmui.Row(self._progress, self._cancel, sizing_mode="stretch_width", margin=0, sx=HIDDEN)
        self._progress_text = Text("", variant="caption", margin=(0, 10), sx=HIDDEN)
        self._results = [Text("", variant="caption", margin=(2, 10), sx=HIDDEN) for _ in NAMES]
        self._architectures = Html("", variant="caption", margin=(2, 10), sx=HIDDEN)
        self._panel = pn.Column(
            self._chosen,
            self._every,
            pn.Row(*self._evaluate.values(), margin=(0, 6)),
            pn.Row(*self._baseline.values(), margin=(0, 6)),
            self._times,
            self._running,
            self._progress_text,
            *self._results,
            self._architectures,
            sizing_mode="stretch_width",
        )

    def evaluate(self, protocol: str, baseline: bool = False) -> None:
        """Starts an evaluation by the chosen architectures.

        Args:
            protocol: a key of `hdd.protocol.PROTOCOLS`.
            baseline: evaluate random real images, instead of the images of the chosen steps.
        """
        frame = self._frame
        if frame is None or not (frame.state.kept or baseline) or not may_steer(self._session):
            return
        steps = None if baseline else self._steps(frame)
        names = ["all"] if ALL in self._chosen.value else self._chosen.value
        path, who = self._session.run_source.run.path, self._session.who
        attempt(lambda: self._engines.evaluate(path, steps, protocol, names, who))
        self._watch.look()

    def _steps(self, frame: Frame) -> list[int]:
        """The steps that are evaluated, ascending; empty before there is one."""
        kept, every = frame.state.kept, self._every.value
        if every and kept:
            assert isinstance(every, int)
            return sorted(kept[::-1][::every])
        return [kept[-1] if frame.live and kept else frame.image_step]

    def cancel(self) -> None:
        """Cancels the evaluation that is running."""
        if may_steer(self._session):
            for job in self._watch.jobs:
                job.cancel()
            self._watch.look()

    def update(self, frame: Frame) -> None:
        """Enables the buttons that fit, and shows what was found."""
        self._frame = frame
        self._watch.start()
        evaluations, idle = frame.run_state.evaluations, not self._watch.jobs
        may = self._session.drives and idle and frame.state.problem is None and bool(self._chosen.value)
        for name in NAMES:
            self._evaluate[name].disabled = not (may and frame.state.kept)
            self._baseline[name].disabled = not may
        self._cancel.disabled = not self._session.drives
        steps = self._steps(frame)
        names = NETWORKS.names() if ALL in self._chosen.value else self._chosen.value
        about = f"{len(steps)} steps, {steps[0]} to {steps[-1]}." if len(steps) > 1 else ""
        self._times.object = times = " ".join(filter(None, [about, expected_text(evaluations, names, len(steps))]))
        show(self._times, idle and bool(times))
        texts = newest_texts(evaluations, self._ipc, self._published)[-len(self._results) :]
        for place, text in zip(self._results, [*texts, *[""] * len(self._results)], strict=False):
            place.object = text
            show(place, bool(text))
        rows = architecture_rows(evaluations)
        self._architectures.object = facts(rows, architecture_heading(evaluations)) if rows else ""
        show(self._architectures, bool(rows))

    def _ended(self, job: Job) -> None:
        results, by_step = job.results, "steps" in job.progress
        self._outcome = f"{job.about} was cancelled." if job.cancelled else job.failure or ""
        if self._outcome:
            if results:
                self._outcome += f" Found before that: {results_text(results, by_step)}."
            notify("info" if job.cancelled else "error", self._outcome)
        elif len(results) == 1:
            notify("success", result_text(results[0], self._published(results[0])))
        elif results:
            notify("success", f"{job.about}: {results_text(results, by_step)}")

    def _published(self, evaluation: dict[str, Any]) -> Distance | None:
        """How far an evaluation of the run is from a published accuracy, None if there is none for its settings."""
        source = self._session.run_source
        return distance(source.initial_settings, source.state.steered, evaluation)

    def _show_progress(self) -> None:
        jobs = self._watch.jobs
        show(self._running, bool(jobs))
        show(self._progress_text, bool(jobs or self._outcome))
        if not jobs:
            self._progress_text.object = self._outcome
        else:
            job = jobs[0]
            self._progress.value = _percent(job.progress)
            by, done, total = evaluation_progress(job.progress)
            loading = "loading PyTorch and the data set …"
            progress = progress_text(done, total, "epochs", job.time_left(done, total)) if total else loading
            self._progress_text.object = f"{job.about}: {by}{progress}{so_far_text(job.progress.get('accuracies', ()))}"


def _percent(progress: Mapping[str, Any]) -> int:
    """How much of an evaluation is done, over all its architectures."""
    total = progress.get("total", 0)
    return round(100 * progress["done"] / total) if total else 0
