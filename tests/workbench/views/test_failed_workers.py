"""Whoever waits for a worker that fails is told so, also on a run that stands still."""

import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from unittest.mock import MagicMock

import panel_material_ui as pmui
import pytest
from session_parts import Document, Projector, StillSource

from workbench.browser.link import Link
from workbench.session import Session
from workbench.theme import Text
from workbench.views.class_order import ClassOrders
from workbench.views.disk import Disk
from workbench.views.inspector import Inspector
from workbench.views.root_distances import RootDistances

WHY = "cannot cache function 'rdist'"


class Failing(Projector):
    """Its process for what takes seconds fails."""

    def study(self, function, *arguments):
        self.error = RuntimeError(WHY)
        try:
            return self.live(function, *arguments)
        finally:
            self.error = None


class Page:
    """Views of a finished run, from which nothing comes any more."""

    def __init__(self, projector, make_run, *views):
        self._document, link = Document(), Link()
        link.tab = "driver"
        source = StillSource(make_run(steps=20).path)
        source.read_all()
        self.session = Session(source, projector, link, self._document)
        self.session.open()
        self.session.selection.synthetic = [(0, 0)]
        self._shown = [view(self.session) for view in views]
        for each in self._shown:
            self.session.add(each)
            for button in each.__panel__().select(pmui.IconButton):
                if "does this view keep" in button.description:
                    button.clicks += 1

    def paint(self):
        self._document.run(later=True)
        self.session._link.listener({"painted": self.session._link.frame})

    def text(self):
        return " ".join(str(text.object) for each in self._shown for text in each.__panel__().select(Text))


def told(projector, make_run, *views):
    """What views of a finished run say in the end."""
    page = Page(projector, make_run, *views)
    for _ in range(6):
        page.paint()
        page.session.refresh()
    page.session.close()
    return page.text()


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (Inspector, "The nearest real images cannot be found: "),
        (RootDistances, "Those of step 0 cannot be computed: "),
        (Disk, "Faithfulness cannot be measured: "),
    ],
)
def test_what_cannot_be_computed_is_said_with_its_cause(make_run, view, words):
    assert f"{words}{WHY}" in told(Failing(), make_run, view)


def test_a_disk_whose_worker_fails_says_why(make_run):
    projector = Projector()
    projector.error = RuntimeError(WHY)
    assert WHY in told(projector, make_run, Disk)


KILLED = BrokenProcessPool("A process in the process pool was terminated abruptly")


def test_a_disk_whose_worker_was_killed_says_so_and_is_drawn_by_the_next_one(make_run, monkeypatch):
    monkeypatch.setattr("workbench.core.disk_requests.RETRY_SECONDS", 0.3)
    projector = Projector()
    projector.error = KILLED
    page = Page(projector, make_run, Disk)
    page.paint()
    assert "The disk cannot be drawn: the process that computes it was killed, perhaps because memory" in page.text()
    projector.error = None
    time.sleep(0.5)
    for _ in range(4):
        page.paint()
    assert "cannot be drawn" not in page.text() and page.session._frames.disks.disk is not None
    page.session.close()


def test_a_class_is_ordered_again_after_its_worker_was_killed(monkeypatch):
    monkeypatch.setattr("workbench.views.class_order.RETRY_SECONDS", 0.0)
    asked, disk, session = [], MagicMock(), MagicMock()
    session.projector.study.side_effect = lambda *_: asked.append(Future()) or asked[-1]
    orders = ClassOrders(session)
    assert orders.of(disk, 3) is None
    asked[0].set_exception(KILLED)
    assert "the process that computes it was killed" in orders.problem
    assert orders.of(disk, 3) is None
    asked[1].set_result(MagicMock(label=3))
    assert orders.problem == "" and orders.of(disk, 3).order is asked[1].result()
