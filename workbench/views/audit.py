"""The audit of the images of a step: it starts the process, and shows the figures of the set and its images."""

from typing import Any, cast

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from workbench.browser.divider import Divider
from workbench.component import SourceComponent
from workbench.controls.job_watch import JobWatch
from workbench.controls.notices import attempt, notify
from workbench.core.audit_table import AuditTable
from workbench.core.audited import Audited
from workbench.core.frame import Frame
from workbench.core.job import Job, JobKind
from workbench.core.jobs import Engines
from workbench.core.marking import Marking
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, Text, paper, show
from workbench.views.audit_figures import AuditFigures
from workbench.views.audit_images import AuditImages
from workbench.views.audit_words import verdict_text

FIGURES_WIDTH = 330
BEFORE = (
    "An audit compares the images with real ones: copies of training images, repetitions, doubtful labels, coverage, "
    "and their level in hyperbolic space. It takes seconds; nothing is trained unless you ask for it."
)


class Audit(SourceComponent):
    """Audits the step that is shown, in another process, and shows what was found.

    Args:
        shown: see `SourceComponent`.
        engines: starts the process, and keeps what was found for all sessions.

    Raises:
        HDDError: as in `SourceComponent`, or it is a set that was read from no file.
    """

    def __init__(self, shown: Session | Shown, engines: Engines) -> None:
        super().__init__(shown)
        session, self._engines = self._session, engines
        audited = Audited.of(session.source)
        if audited is None:
            raise HDDError(f"{session.source.name} was read from no file, so no other process can audit it.")
        self._audited = audited
        self._watch = JobWatch(session, engines, audited.path, JobKind.AUDIT, self._ended, self._show_progress)
        self._marking = Marking(session.source, audited)
        self._frame: Frame | None = None
        self._table: AuditTable | None = None
        self._question: tuple[Any, ...] = ()
        self._step = 0
        self._audit = pmui.Button(label="Audit", icon="fact_check", variant="contained", size="small", margin=(8, 10))
        self._audit.on_click(lambda _: self.start())
        self._network = pmui.RadioButtonGroup(
            label="",
            options={"Random": "random", "Trained": "trained"},
            value="random",
            description="The network whose features are looked at: a random one, as in matching, or one trained on the "
            "real images, once for each data set, which takes a minute or so",
            size="small",
            margin=(8, 4),
        )
        self._train = pmui.Checkbox(
            label="Train on the set",
            value=False,
            description="Also train ConvNets, MLPs and LeNets on the set, on as many random real images and on all "
            "real images; this takes minutes",
            size="small",
            margin=(10, 4),
        )
        for choice in (self._network, self._train):
            choice.param.watch(lambda _: session.refresh(), "value")
        self._cancel = pmui.Button(label="Cancel", variant="text", size="small", margin=(8, 4))
        self._cancel.on_click(lambda _: self._stop())
        self._progress = pmui.Row(pmui.Progress(value=-1, width=120, margin=(19, 6)), self._cancel, margin=0, sx=HIDDEN)
        self._text = Text(BEFORE, variant="body2", margin=(0, 10, 6, 10), sizing_mode="stretch_width")
        self._images = AuditImages(session, self._marking, self._save)
        self._figures = AuditFigures(engines)
        images, figures = paper(sizing_mode="stretch_both"), paper(sizing_mode="stretch_both")
        images[:], figures[:] = [self._images], [self._figures]
        divider = Divider("row", "Width of the figures", after=FIGURES_WIDTH)
        found = pn.Row(images, divider, figures, sizing_mode="stretch_both", margin=0)
        self._results = pmui.Column(found, sizing_mode="stretch_both", margin=0, sx=HIDDEN)
        self._panel = pn.Column(
            pn.Row(self._audit, self._network, self._train, self._progress, sizing_mode="stretch_width"),
            self._text,
            self._results,
            sizing_mode="stretch_both",
            margin=0,
        )

    # The process

    def start(self) -> None:
        """Audits the images that are shown, or the newest kept ones while the run is followed."""
        frame = self._frame
        if frame is not None and not self._watch.jobs and (step := _kept_step(frame)) is not None:
            network, train = str(self._network.value), bool(self._train.value)
            attempt(lambda: self._audited.audit(self._engines, step, network, train))
            self._watch.look()

    def _stop(self) -> None:
        for job in self._watch.jobs:
            job.cancel()
        self._watch.look()

    def _ended(self, job: Job) -> None:
        if job.results:
            question = self._asked(*cast("tuple[int, str, bool]", job.question))
            self._engines.audits[question] = job.results[0]
            # A run that goes on may have kept other steps meanwhile.
            self._open(question)
        elif not job.cancelled:
            notify("error", job.failure or f"{job.about} ended without a result.")

    def _asked(self, step: int, network: str, train: bool) -> tuple[Any, ...]:
        """What an audit answers: a step may have other images after a rewind."""
        return self._audited.identity, self._session.source.state.rewinds, step, network, train

    def _show_progress(self) -> None:
        jobs = self._watch.jobs
        show(self._progress, bool(jobs))
        if jobs:
            progress = jobs[0].progress
            done, total = progress.get("done", 0), progress.get("total", 0)
            doing = str(progress.get("doing", "loading PyTorch and the data set"))
            self._text.object = f"{jobs[0].about}: {doing}" + (f", {done} of {total}" if total else "") + " …"

    # What was found

    def update(self, frame: Frame) -> None:
        """Shows what is known of the step that is shown, or of the step that was audited before."""
        self._frame = frame
        self._watch.start()
        step = _kept_step(frame)
        self._audit.disabled = step is None or bool(self._watch.jobs) or frame.state.problem is not None
        label = f"Audit step {step}" if step is not None and self._audited.has_steps else "Audit"
        if self._audit.label != label:
            self._audit.label = label
        question = self._asked(-1 if step is None else step, str(self._network.value), bool(self._train.value))
        if question in self._engines.audits and question != self._question:
            self._open(question)
        show(self._results, self._table is not None, display="flex")
        if self._table is None:
            if not self._watch.jobs:
                self._text.object = BEFORE
            return
        if not self._watch.jobs:
            self._text.object = verdict_text(self._table, self._step if self._audited.has_steps else None)
        self._figures.offer()
        self._images.draw()

    def _open(self, question: tuple[Any, ...]) -> None:
        """Shows the answer to a question."""
        source = self._session.source
        self._question, self._step = question, question[2]
        stored = self._marking.stored(self._step)
        self._table = AuditTable(
            self._engines.audits[question], lambda image: source.layout.place(stored[image]), source.classes
        )
        self._figures.open(self._table, question)
        self._images.open(self._table, question, self._step, stored)

    def _save(self, content: bytes, step: int) -> None:
        at = f"-step{step}" if self._audited.has_steps else ""
        self._session.save_file(f"{self._audited.path.stem}{at}-audit.csv", content)


def _kept_step(frame: Frame) -> int | None:
    """The step whose images are shown, as far as they are kept: an audit reads them from there."""
    if not frame.state.kept:
        return None
    return frame.state.kept[-1] if frame.live else max(step for step in frame.state.kept if step <= frame.image_step)
