"""Whoever waits for a worker that fails is told so, also on a run that stands still."""

import pytest
from session_parts import Document, Projector, StillSource

from workbench.browser.link import Link
from workbench.session import Session
from workbench.theme import Text
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


def told(projector, make_run, *views):
    """What views of a finished run say when nothing comes any more."""
    document, link = Document(), Link()
    link.tab = "driver"
    source = StillSource(make_run(steps=20).path)
    source.read_all()
    session = Session(source, projector, link, document)
    session.open()
    session.selection.synthetic = [(0, 0)]
    shown = [view(session) for view in views]
    for each in shown:
        session.add(each)
    for _ in range(6):
        document.run(later=True)
        session._link.listener({"painted": session._link.frame})
        session.refresh()
    session.close()
    return " ".join(str(text.object) for each in shown for text in each.__panel__().select(Text))


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
