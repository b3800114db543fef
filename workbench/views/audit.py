"""The audit of the images of a step: the figures of the set, and a table of its images with what stands out."""

from collections.abc import Mapping
from typing import Any, cast

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from hdd.sets.formats.picture_files import png_address
from hdd.sets.verdicts import Verdict, Verdicts
from workbench.browser.divider import Divider
from workbench.component import SourceComponent
from workbench.controls.job_watch import JobWatch
from workbench.controls.notices import attempt, may_judge, notify
from workbench.core.audit_table import PAGE, SHOWS, AuditTable, Order
from workbench.core.audited import Audited
from workbench.core.frame import Frame
from workbench.core.job import Job, JobKind
from workbench.core.jobs import Engines
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, Html, Text, paper, show
from workbench.views.audit_words import figures_html, verdict_text
from workbench.views.image_table import ImageTableView

FIGURES_WIDTH = 300
BEFORE = (
    "An audit compares the images with real ones: copies of training images, repetitions, doubtful labels, coverage, "
    "and their level in hyperbolic space. It takes seconds; nothing is trained unless you choose the trained network."
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
        self._verdicts: Verdicts | None = None
        self._frame: Frame | None = None
        self._table: AuditTable | None = None
        self._question: tuple[Any, ...] = ()
        self._step = 0
        self._order, self._page = Order(), 0
        self._stored: dict[int, int] = {}
        """The number of the stored image that holds an image, by the number of that."""
        self._drawn: tuple[Any, ...] = ()
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
        self._network.param.watch(lambda _: session.refresh(), "value")
        self._cancel = pmui.Button(label="Cancel", variant="text", size="small", margin=(8, 4))
        self._cancel.on_click(lambda _: self._stop())
        self._progress = pmui.Row(pmui.Progress(value=-1, width=120, margin=(19, 6)), self._cancel, margin=0, sx=HIDDEN)
        self._text = Text(BEFORE, variant="body2", margin=(12, 10), sizing_mode="stretch_width")
        self._filter = pmui.Select(
            label="Show", options=list(SHOWS), value=SHOWS[0], size="small", width=170, margin=(10, 10)
        )
        self._filter.param.watch(lambda _: self._turn(0), "value")
        button: dict[str, Any] = {"size": "small", "variant": "outlined", "margin": (10, 3)}
        self._back = pmui.Button(label="Back", icon="chevron_left", **button)
        self._next = pmui.Button(label="Next", icon="chevron_right", **button)
        self._back.on_click(lambda _: self._turn(self._page - 1))
        self._next.on_click(lambda _: self._turn(self._page + 1))
        self._place = Text("", variant="caption", margin=(18, 10))
        self._save = pmui.Button(label="Table (CSV)", icon="download", size="small", variant="text", margin=(10, 3))
        self._save.on_click(lambda _: self._save_table())
        self.table = ImageTableView(sizing_mode="stretch_both", margin=(0, 10))
        self.table.listener = self._heard
        self._figures = Html("", variant="body2", margin=(4, 10), sizing_mode="stretch_width")
        controls = pn.Row(self._filter, self._back, self._next, self._place, self._save)
        images, figures = paper(sizing_mode="stretch_both"), paper(sizing_mode="stretch_both")
        images[:] = [controls, self.table]
        figures[:] = [pn.Column(self._figures, sizing_mode="stretch_both", styles={"overflow-y": "auto"})]
        divider = Divider("row", "Width of the figures", after=FIGURES_WIDTH)
        found = pn.Row(images, divider, figures, sizing_mode="stretch_both", margin=0)
        self._results = pmui.Column(found, sizing_mode="stretch_both", margin=0, sx=HIDDEN)
        self._panel = pn.Column(
            pn.Row(self._audit, self._network, self._progress, self._text, sizing_mode="stretch_width"),
            self._results,
            sizing_mode="stretch_both",
            margin=0,
        )
        session.selection.param.watch(lambda *_: session.refresh(), ["synthetic"])

    # The process

    def start(self) -> None:
        """Audits the images that are shown, or the newest kept ones while the run is followed."""
        frame = self._frame
        if frame is not None and not self._watch.jobs and (step := _kept_step(frame)) is not None:
            attempt(lambda: self._audited.audit(self._engines, step, str(self._network.value)))
            self._watch.look()

    def _stop(self) -> None:
        for job in self._watch.jobs:
            job.cancel()
        self._watch.look()

    def _ended(self, job: Job) -> None:
        if job.results:
            step, network = cast("tuple[int, str]", job.question)
            question = self._asked(step, network)
            self._engines.audits[question] = job.results[0]
            # A run that goes on may have kept other steps meanwhile.
            self._open(question)
        elif not job.cancelled:
            notify("error", job.failure or f"{job.about} ended without a result.")

    def _asked(self, step: int, network: str) -> tuple[Any, ...]:
        """What an audit answers: a step may have other images after a rewind."""
        return self._audited.identity, self._session.source.state.rewinds, step, network

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
        step, network = _kept_step(frame), str(self._network.value)
        self._audit.disabled = step is None or bool(self._watch.jobs) or frame.state.problem is not None
        label = f"Audit step {step}" if step is not None and self._audited.has_steps else "Audit"
        if self._audit.label != label:
            self._audit.label = label
        question = self._asked(-1 if step is None else step, network)
        if question in self._engines.audits and question != self._question:
            self._open(question)
        show(self._results, self._table is not None, display="flex")
        if self._table is None:
            if not self._watch.jobs:
                self._text.object = BEFORE
            return
        if not self._watch.jobs:
            self._text.object = verdict_text(self._table, self._step if self._audited.has_steps else None)
        self._draw_table(self._table)

    def _open(self, question: tuple[Any, ...]) -> None:
        """Shows the answer to a question."""
        source = self._session.source
        kept = source.mask_at(source.state, question[2]).kept.nonzero()[0]
        held = source.layout.held
        self._stored = {image: int(kept[image // held]) for image in range(held * len(kept))}
        self._question, self._step, self._page = question, question[2], 0
        self._table = AuditTable(
            self._engines.audits[question], lambda image: source.layout.place(self._stored[image]), source.classes
        )
        self._figures.object = figures_html(self._table)
        try:
            self._verdicts = Verdicts(self._audited.verdicts)
        except HDDError as error:
            self._verdicts = None
            notify("error", str(error))

    @property
    def _given(self) -> Mapping[int, Verdict]:
        return {} if self._verdicts is None else self._verdicts.of(self._step)

    def _turn(self, page: int) -> None:
        self._page = page
        self._session.refresh()

    def _draw_table(self, table: AuditTable) -> None:
        """Puts a page of the table on the screen."""
        images = self._session.kept_images(self._step)
        if images is None:
            return
        given, source = self._given, self._session.source
        shows, selected = str(self._filter.value), frozenset(self._session.selection.synthetic)
        drawn = (self._question, self._order, shows, self._page, tuple(given.items()), selected)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        order = table.rows(self._order, shows, given)
        pages = max(1, -(-len(order) // PAGE))
        self._page = min(max(self._page, 0), pages - 1)
        shown = order[self._page * PAGE : (self._page + 1) * PAGE]
        rows = []
        for position in shown:
            row = table.row(position)
            pixels = source.to_pixels(images[self._stored[row.image]][None])[0]
            rows.append(
                {
                    "image": row.image,
                    "name": row.name,
                    "picture": png_address(pixels),
                    "verdict": str(given.get(row.image, "")),
                    "severity": row.severity,
                    "words": row.words,
                    "values": list(row.values),
                    "chosen": table.place(position) in selected,
                }
            )
        self.table.put(titles=list(table.titles), rows=rows, sorted=self._order.title, falls=self._order.falls)
        self._back.disabled, self._next.disabled = self._page == 0, self._page == pages - 1
        first = self._page * PAGE
        some = f"{first + 1} to {first + len(shown)} of {len(order)} images"
        self._place.object = some if shown else "No image is like that."

    # What one can do with an image

    def _heard(self, asked: dict[str, Any]) -> None:
        table, image = self._table, asked.get("image", asked.get("choose"))
        if table is None:
            return
        if "sort" in asked:
            title = str(asked["sort"])
            self._order = Order(title, not self._order.falls if title == self._order.title else title != "image")
            self._page = 0
        elif image not in self._stored:
            return
        elif "choose" in asked:
            place = self._session.source.layout.place(self._stored[image])
            self._session.selection.click(bool(asked.get("add")), synthetic=place)
        elif "verdict" in asked and self._verdicts is not None and may_judge(self._session):
            verdicts, said = self._verdicts, str(asked["verdict"])
            verdict = Verdict(said) if said in list(Verdict) else None
            attempt(lambda: verdicts.give(self._step, [image], verdict))
        self._session.refresh()

    def _save_table(self) -> None:
        if self._table is not None:
            step = f"-step{self._step}" if self._audited.has_steps else ""
            name = f"{self._audited.path.stem}{step}-audit.csv"
            self._session.save_file(name, self._table.as_csv(self._given))


def _kept_step(frame: Frame) -> int | None:
    """The step whose images are shown, as far as they are kept: an audit reads them from there."""
    if not frame.state.kept:
        return None
    return frame.state.kept[-1] if frame.live else max(step for step in frame.state.kept if step <= frame.image_step)
