"""What the checks find when a distilled set is compared with its data set, and other ways to read the set."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable, Viewer

from workbench.component import Component
from workbench.controls.job_watch import JobWatch
from workbench.controls.notices import attempt
from workbench.core import set_opening
from workbench.core.job import Job, JobKind
from workbench.core.set_opening import PICTURES, OpenedSet, Picture
from workbench.core.set_place import SetPlace
from workbench.page_source import PageTools
from workbench.session import Session
from workbench.theme import Notice, Text
from workbench.views.strip import Strip

SEVERITIES = {"problem": "error", "warning": "warning", "note": "info"}
"""The severities of findings (`hdd.sets.preflight.Severity`), worst first, and those of the notices that say them."""

SMALL = {
    "padding": "2px 10px",
    "& p": {"fontSize": 13},
    "& .MuiAlert-icon": {"marginRight": "8px"},
}


class Preflight(Component):
    """The findings of `hdd inspect`, the worst first. Each other way to read the set has pictures and a button.

    Args:
        session: the session that shows the set.
        tools: of the page.
        place: which set it is, and how it is read.
        opened: what was found there.
    """

    _panel: pn.Column

    def __init__(self, session: Session, tools: PageTools, place: SetPlace, opened: OpenedSet) -> None:
        super().__init__()
        self._session = session
        self._tools = tools
        self._place = place
        self._opened = opened
        self._panel = pn.Column(sizing_mode="stretch_width", margin=0)
        self._watch = JobWatch(session, tools.engines, opened.path, JobKind.INSPECTION, self._ended)
        if opened.misfit:
            self._put([_notice("problem", opened.misfit)])
        elif place.dataset:
            self._put([Text("Comparing the set with the real images …", variant="body2", margin=(4, 10))])
            attempt(self._inspect)

    def _inspect(self) -> None:
        place, opened = self._place, self._opened
        self._job = self._tools.engines.inspect(
            opened.path, place.dataset, place.read_as, opened.image_size, place.unreadable
        )
        self._watch.start()

    def _put(self, parts: Sequence[Viewable | Viewer]) -> None:
        self._panel[:] = [Text("Checks", variant="subtitle2", margin=(8, 10, 0, 10)), *parts]

    def _ended(self, job: Job) -> None:
        if job is not self._job:
            return
        if job.results:
            self._show(job.results[-1]["findings"])
        else:
            self._put([_notice("problem", job.failure or f"{job.about} ended without a result.")])

    def _show(self, findings: list[dict[str, Any]]) -> None:
        worst = [*SEVERITIES]
        parts: list[Viewable | Viewer] = []
        strips: dict[SetPlace, list[Strip]] = {}
        for finding in sorted(findings, key=lambda each: worst.index(each["severity"])):
            parts.append(_notice(finding["severity"], f"{finding['check'].capitalize()}. {finding['words']}"))
            for other in finding["alternatives"]:
                place = self._place.with_reading(**other["reading"])
                parts += self._alternative(place, other["reading"], other["words"], strips)
        self._put(parts)
        if strips:
            places = list(strips)
            drawn = self._tools.projector.study(set_opening.pictures, self._tools.sets_root, places)
            self._session.when_done(drawn, partial(_draw, list(strips.values())))

    def _alternative(
        self, place: SetPlace, reading: Mapping[str, str], words: str, strips: dict[SetPlace, list[Strip]]
    ) -> list[Viewable | Viewer]:
        """What shows another way to read the set; adds to `strips` where the pictures of both ways are to be drawn."""
        named = ", ".join(f"{name}={value}" for name, value in reading.items())
        now, then = (Strip(PICTURES, 80, f"Images as read {what}:") for what in ("now", f"as {named}"))
        strips.setdefault(self._place, []).append(now)
        strips.setdefault(place, []).append(then)
        button = pmui.Button(label=f"Read as {named}", icon="done", size="small", variant="outlined", margin=(4, 10))
        button.on_click(lambda _: self._tools.show_set(place))
        caption = {"variant": "caption", "margin": (2, 10, 0, 10)}
        return [Text("Now", **caption), now, Text(f"As {named}: {words}", **caption), then, button]


def _notice(severity: str, text: str) -> Notice:
    return Notice(object=text, severity=SEVERITIES[severity], margin=(4, 10), sizing_mode="stretch_width", sx=SMALL)


def _draw(strips: list[list[Strip]], answer: Future[list[Picture | None]]) -> None:
    """Draws the pictures; without them, the words of the findings remain."""
    if answer.exception() is not None:
        return
    for each, picture in zip(strips, answer.result(), strict=True):
        if picture is not None:
            for strip in each:
                strip.draw(picture.pixels, picture.classes)
