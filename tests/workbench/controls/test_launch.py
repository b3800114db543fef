"""A new run is made in a process of its own, and the page says how that goes."""

import sys
from types import SimpleNamespace

import panel_material_ui as pmui
import pytest
import scripted
from waiting import wait_until

from workbench.controls.launch import Launch
from workbench.core.jobs import Engines
from workbench.core.set_place import SetPlace
from workbench.theme import HIDDEN

SECONDS = 60


@pytest.fixture
def page(root, tmp_path):
    """A start button with its notice, and what was opened."""
    opened = []
    engines = Engines(root, (sys.executable, scripted.__file__))
    launch, button = Launch(engines, opened.append, tmp_path), pmui.Button()
    yield SimpleNamespace(launch=launch, button=button, says=launch.notice_for(button), opened=opened)
    for job in engines.jobs:
        job.stop()
        wait_until(lambda job=job: not job.poll(), SECONDS)


def watched(page, condition):
    def look():
        page.launch.watch_job()
        return condition()

    wait_until(look, SECONDS)


def test_the_first_run_needs_no_typing_and_a_second_click_starts_no_second_one(page, root):
    assert (page.button.loading, page.says.sx) == (False, HIDDEN)
    page.launch.start_first()
    assert page.button.loading
    assert page.says.object.startswith("Making digits-hdd-")
    page.launch.start_first()
    # A form that is opened meanwhile says so too.
    assert page.launch.notice_for(pmui.Button()).object == page.says.object
    watched(page, lambda: page.opened)
    assert [run.name for run in page.opened] == [each.name for each in root.iterdir() if each.is_dir()]
    assert (page.button.loading, page.says.sx) == (False, HIDDEN)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("../out", {"dataset": "digits"}, "'../out' cannot name a run"),
        ("a", {"dataset": "digits", "ipc": 0}, "ipc"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(page, root, name, settings, message):
    page.launch.start(name, settings, "geometric")
    assert message in page.says.object
    assert page.says.severity == "error"
    assert not page.button.loading
    assert list(root.iterdir()) == []


def test_a_run_that_fails_before_it_is_made_says_why(page, script):
    script(refuse_at_once="No such folder.")
    page.launch.start("a", {"dataset": "digits"}, "geometric")
    watched(page, lambda: page.says.severity == "error")
    assert page.says.object == "No such folder."
    assert not page.button.loading
    assert page.opened == []


def test_runs_begun_in_the_same_second_get_names_of_their_own(page, root):
    names = []
    for _ in range(3):
        name = page.launch._free_name("folder:/some/where/flowers", "dm")
        (root / name).mkdir()
        names.append(name)
    assert len(set(names)) == 3
    assert all(name.startswith("flowers-dm-") for name in names)


def test_a_run_starts_only_from_what_lies_in_the_folders(page, root, tmp_path, make_run):
    make_run("first", steps=20)
    for outside in ("/etc/passwd", "../x"):
        page.launch.start("second", {"dataset": "digits"}, "geometric", initial=SetPlace(outside))
        assert page.says.severity == "error" and "does not lie in" in page.says.object
    page.launch.start("second", {"dataset": "digits"}, "geometric", initial=SetPlace("none.pt"))
    assert "There is no set 'none.pt'" in page.says.object
    # The folder of sets is `tmp_path` here, and a step of a run is looked for in the folder of runs.
    page.launch.start("second", {"dataset": "digits"}, "geometric", initial=SetPlace("first@20"))
    (job,) = page.launch._engines.jobs
    assert job.command[job.command.index("--init") + 1] == str(root / "first@20")
    watched(page, lambda: page.opened)
