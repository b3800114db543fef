"""The buttons of the engine."""

import sys

import panel_material_ui as pmui
import pytest
import scripted
from session_parts import StillSource
from waiting import wait_until

from hdd.runs.run import Run
from workbench.controls.runner import Runner
from workbench.core.jobs import Engines

SECONDS = 60


@pytest.fixture
def source(make_run):
    source = StillSource(make_run(steps=10, of=10**6).path)
    source.read_all()
    return source


@pytest.fixture
def runner(session, root):
    engines = Engines(root, (sys.executable, scripted.__file__))
    yield Runner(session, engines)
    for job in engines.jobs:
        job.stop()
        wait_until(lambda job=job: not job.poll(), SECONDS)


def labels(runner, session):
    """The labels of the buttons that are shown now."""
    session.source.read_all()
    runner.update(session.frame(full=True))
    buttons = runner.__panel__().select(pmui.Button)
    return [button.label for button in buttons if button.sx is None or button.sx.get("display") != "none"]


def test_after_stop_no_button_says_that_the_engine_starts(runner, session, source, document, root):
    assert labels(runner, session) == ["Resume from step 10"]
    runner.resume()
    assert labels(runner, session)[0] in ("Starting the engine …", "Pause")
    wait_until(lambda: labels(runner, session) == ["Pause", "Step", "Stop"], SECONDS)
    Run(source.run.path).command("stop")
    seen = set()

    def stopped():
        found = labels(runner, session)
        seen.update(found)
        document.run(later=True)
        return found[0].startswith("Resume from step")

    wait_until(stopped, SECONDS)
    seen.update(labels(runner, session))
    assert not [label for label in seen if label.startswith("Starting")]
