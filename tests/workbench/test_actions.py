"""Rewinding and forking, as page and notebook do it."""

import subprocess
import sys

import pytest
from PIL import Image
from session_parts import Projector

from hdd import api
from hdd.errors import HDDError
from hdd.runs.run import Run
from workbench import actions
from workbench.core.projector import Projector as Workers


def fork(*arguments):
    """A fork of a scripted run, which has no real images."""
    return actions.fork(*arguments, projector=Projector())


def test_a_fork_lies_beside_its_run_under_a_name_that_is_free(make_run):
    run = make_run("run", steps=40)
    first, second = (fork(run.path, 20, "somebody") for _ in range(2))
    assert [first.name, second.name] == ["run-fork-20-1", "run-fork-20-2"]
    assert (first.parent, Run(first).step) == (run.path.parent, 20)


def test_a_fork_can_be_given_a_directory_and_edits(make_run, tmp_path):
    run = make_run("run", steps=40)
    out = fork(run.path, 20, "somebody", tmp_path / "elsewhere", {"curvature": -4.0})
    (edit,) = Run(out).pending()
    assert (edit.name, edit.value, edit.due, edit.who) == ("curvature", -4.0, 20, "somebody")


def test_a_run_is_taken_back(make_run):
    run = make_run("run", steps=40)
    actions.rewind(run.path, 20, "somebody")
    assert run.step == 20


def test_what_cannot_be_done_is_said(make_run):
    run = make_run("run", steps=40)
    with pytest.raises(HDDError, match="no step 50"):
        actions.rewind(run.path, 50, "somebody")
    with pytest.raises(HDDError, match="no step 50"):
        fork(run.path, 50, "somebody")


@pytest.mark.parametrize("fault", ["changed", "gone"])
def test_no_fork_is_made_that_could_not_be_resumed(tmp_path, fault):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(2):
            Image.new("L", (8, 8), 60 * number + len(name)).save(tmp_path / "pets" / name / f"{number}.png")
    small = {"ipc": 1, "network_width": 4, "network_depth": 1, "real_batch": 1, "threads": 1}
    run = api.distill(f"folder:{tmp_path / 'pets'}", steps=2, out=tmp_path / "runs" / "run", **small)
    if fault == "changed":
        Image.new("L", (8, 8), 200).save(tmp_path / "pets" / "cat" / "0.png")
    else:
        (tmp_path / "pets").rename(tmp_path / "moved")
    projector = Workers()
    try:
        with pytest.raises(HDDError, match="are not those that" if fault == "changed" else "There is no folder"):
            actions.fork(run.path, 1, "page", projector=projector)
        assert [each.name for each in run.path.parent.iterdir()] == ["run"]
        if fault == "gone":
            (tmp_path / "moved").rename(tmp_path / "pets")
            assert Run(actions.fork(run.path, 1, "page", projector=projector)).step == 1
    finally:
        projector.close()


def test_actions_know_no_user_interface():
    code = "import sys, workbench.actions; assert not {'panel', 'bokeh'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
