"""Marks the selected synthetic images: a verdict for all of them, and tags."""

from functools import partial

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from hdd.sets.marks import Mark, Verdict, tags_of
from workbench.component import Component
from workbench.controls.notices import attempt, may_judge
from workbench.core.frame import Frame
from workbench.core.marking import marking_of
from workbench.session import Session
from workbench.theme import HIDDEN, Text, show

NOT_KEPT = "Pause, or choose a kept step on the timeline, to mark its images."
ICONS = {Verdict.KEEP: "check", Verdict.DOUBT: "question_mark", Verdict.DROP: "close"}
COLORS = {Verdict.KEEP: "success", Verdict.DOUBT: "warning", Verdict.DROP: "error"}


class Marker(Component):
    """A verdict and tags for what is selected: by a click, in the table of the audit, or by a lasso on the disk.

    Args:
        session: whose selection is marked.
    """

    _panel: pmui.Column

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._marking = marking_of(session.source)
        self._step: int | None = None
        self._images: list[int] = []
        self._common: tuple[str, ...] = ()
        self._drawn: tuple | None = None
        self._text = Text("", variant="caption", margin=(0, 10))
        self._buttons = {
            verdict: pmui.Button(
                label=verdict.capitalize(), icon=ICONS[verdict], size="small", variant="outlined", margin=(4, 3, 4, 7),
                color=COLORS[verdict],
            )
            for verdict in Verdict
        }  # fmt: skip
        for verdict, button in self._buttons.items():
            button.on_click(partial(self._judge, verdict))
        self._tags = pmui.TextInput(
            label="Tags, joined by commas", value="", size="small", margin=(6, 10), sizing_mode="stretch_width"
        )
        self._tags.param.watch(self._retag, "value")
        self._panel = pmui.Column(
            pn.Row(*self._buttons.values(), margin=0), self._tags, self._text, margin=0, sx=HIDDEN
        )

    def update(self, frame: Frame) -> None:
        """Shows the marks of what is selected; nothing if no synthetic image is, or if marks can be kept nowhere."""
        layout = self._session.source.layout
        places = self._session.selection.synthetic
        self._images = [image for place in places if (image := layout.image(*place)) is not None]
        marking = self._marking
        shown = marking is not None and bool(self._images)
        show(self._panel, shown)
        if marking is None or not shown:
            return
        running = frame.live and frame.state.live is not None
        self._step = None if running or frame.image_step not in frame.state.kept else frame.image_step
        try:
            marks = [] if self._step is None else marking.of_images(self._step, self._images)
        except HDDError as error:
            self._step, marks = None, []
            self._text.object = str(error)
        else:
            self._text.object = "" if self._step is not None else NOT_KEPT
        self._draw(marks)

    def _draw(self, marks: list[Mark]) -> None:
        drawn = (self._step is None, tuple(marks), tuple(self._images))
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self._common = tuple(sorted(set.intersection(*({*mark.tags} for mark in marks)))) if marks else ()
        for verdict, button in self._buttons.items():
            chosen = bool(marks) and all(mark.verdict == verdict for mark in marks)
            button.param.update(variant="contained" if chosen else "outlined", disabled=not marks)
        self._tags.param.update(value=", ".join(self._common), disabled=not marks)

    def _judge(self, verdict: Verdict, _: object) -> None:
        marking, step, images = self._marking, self._step, self._images
        if marking is None or step is None or not may_judge(self._session):
            return
        taken_back = all(mark.verdict == verdict for mark in marking.of_images(step, images))
        attempt(lambda: marking.judge_images(step, images, None if taken_back else verdict))
        self._session.refresh()

    def _retag(self, _: object) -> None:
        marking, step, images = self._marking, self._step, self._images
        if marking is None or step is None:
            return

        def retag() -> None:
            tags = tags_of(str(self._tags.value))
            if tags != self._common and may_judge(self._session):
                marking.tag_images(step, images, tags, [each for each in self._common if each not in tags])

        attempt(retag)
        self._session.refresh()
