"""The buttons of the engine."""

import sys
from dataclasses import replace

import panel_material_ui as pmui
import pytest
import scripted
from PIL import Image
from session_parts import Document, Projector, StillSource
from waiting import wait_until

from hdd import api
from hdd.runs.run import Run
from hdd.states import EngineState
from workbench.browser.link import Link
from workbench.controls.runner import Runner, status_text
from workbench.core.jobs import Engines
from workbench.session import Session
from workbench.theme import HIDDEN

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


def test_a_run_whose_images_were_moved_is_told_their_place_beside_the_message(tmp_path, monkeypatch):
    for name in ("cat", "dog"):
        (tmp_path / "data" / "pets" / name).mkdir(parents=True)
        for number in range(2):
            shade = Image.new("L", (8, 8), 60 * number + len(name))
            shade.save(tmp_path / "data" / "pets" / name / f"{number}.png")
    small = {"ipc": 1, "network_width": 4, "network_depth": 1, "real_batch": 1, "threads": 1}
    run = api.distill(f"folder:{tmp_path / 'data' / 'pets'}", steps=1, out=tmp_path / "run", **small)
    (tmp_path / "data" / "pets").rename(tmp_path / "data" / "moved")
    monkeypatch.setenv("HDD_FOLDERS", str(tmp_path / "data"))
    document, link = Document(), Link()
    link.tab = "driver"
    source = StillSource(run.path)
    source.read_all()
    session = Session(source, Projector(), link, document, who="alice")
    session.open()
    runner = Runner(session)

    def shown():
        source.read_all()
        runner.update(session.frame(full=True))
        document.run(later=True)
        (part,) = runner.__panel__().select(pmui.Column)
        return part[0] if part.sx != HIDDEN else None

    assert shown() is None
    runner.resume()
    place = wait_until(shown, SECONDS)
    place.value = place.options["folder moved"]
    runner.resume()
    wait_until(lambda: shown() is None and run.step == 2, SECONDS)
    assert [(edit.value, edit.who) for edit in run.edits()] == [(2, "alice")], "the ledger names who asked for steps"
    session.close()


def test_a_copy_of_a_going_run_is_not_called_killed(session, source):
    message = "this directory is a copy and has no engine: the one that was copied with it advances elsewhere"
    status = replace(source.state.status, state=EngineState.KILLED, message=message)
    source.state = replace(source.state, status=status)
    assert status_text(session.frame()) == f"At step {source.state.step} of {10**6}: {message}"
