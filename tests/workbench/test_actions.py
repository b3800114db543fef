"""Rewinding and forking, as page and notebook do it."""

import subprocess
import sys

import pytest

from hdd.errors import HDDError
from hdd.runs.run import Run
from workbench import actions


def test_a_fork_lies_beside_its_run_under_a_name_that_is_free(make_run):
    run = make_run("run", steps=40)
    first, second = (actions.fork(run.path, 20, "somebody") for _ in range(2))
    assert [first.name, second.name] == ["run-fork-20-1", "run-fork-20-2"]
    assert (first.parent, Run(first).step) == (run.path.parent, 20)


def test_a_fork_can_be_given_a_directory_and_edits(make_run, tmp_path):
    run = make_run("run", steps=40)
    out = actions.fork(run.path, 20, "somebody", tmp_path / "elsewhere", {"curvature": -4.0})
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
        actions.fork(run.path, 50, "somebody")


def test_actions_know_no_user_interface():
    code = "import sys, workbench.actions; assert not {'panel', 'bokeh'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
