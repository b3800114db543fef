"""Runs of which some files or folders cannot be read: that is said, and nothing is taken for damaged or missing."""

import errno
import json
import os

import numpy as np
import pytest
from read_only import needs_setpriv, python

from hdd.errors import StorageError
from hdd.runs.tensors import TensorSeries, read_tensors, write_tensors

HDD = "import sys; from hdd.cli import main; sys.argv = ['hdd', *sys.argv[1:]]; main()"

pytestmark = needs_setpriv


@pytest.fixture
def forbid():
    """Takes the right to read files and folders from everybody; it is given back after the test."""
    taken = []

    def take(path):
        taken.append((path, path.stat().st_mode))
        path.chmod(0o300 if path.is_dir() else 0)
        return path

    yield take
    for path, mode in reversed(taken):
        if path.exists():
            path.chmod(mode)


def told(*arguments, code=2):
    """What a command says that runs without the rights of root."""
    process = python(HDD, *arguments)
    out, err = process.communicate(timeout=300)
    assert process.returncode == code and "Traceback" not in err, out + err
    return " ".join((out + err).split())


def test_a_checkpoint_that_cannot_be_read_stays_where_it_is(finished_run, forbid):
    checkpoint = forbid(finished_run.checkpoints.path(30))
    said = told("resume", finished_run.path, "--steps", "40")
    assert f"{checkpoint} cannot be read (Permission denied). Ask its owner" in said and "damaged" not in said
    assert checkpoint.exists() and not (finished_run.path / "damaged").exists()
    checkpoint.chmod(0o644)
    told("resume", finished_run.path, code=0)
    assert finished_run.step == 40


def test_a_snapshot_that_cannot_be_read_is_not_called_damaged(finished_run, forbid, tmp_path):
    finished_run.checkpoints.drop(finished_run.checkpoints.steps())
    snapshot = forbid(finished_run.snapshots.path(30))
    for command in (["export", finished_run.path, "--out", tmp_path / "set"], ["evaluate", finished_run.path]):
        said = told(*command)
        assert f"{snapshot} cannot be read (Permission denied)" in said and "damaged" not in said


def test_initial_images_that_cannot_be_read_are_neither_missing_nor_damaged(finished_run, make_run, forbid, digits):
    import hdd

    out = finished_run.path.parent / "again"
    started = hdd.distill("digits", out=out, initial=finished_run.path, steps=2, network_width=8, real_batch=16)
    started.checkpoints.drop(started.checkpoints.steps())
    forbid(out / "initial.safetensors")
    said = told("replay", out, "--out", out.with_name("replay"))
    assert "initial.safetensors cannot be read (Permission denied)" in said and "missing" not in said


@pytest.mark.parametrize("what", ["checkpoint", "folder"])
def test_a_replay_says_what_it_could_not_compare(finished_run, forbid, tmp_path, what):
    forbidden = finished_run.checkpoints.path(30) if what == "checkpoint" else finished_run.snapshots.folder
    forbid(forbidden)
    said = told("replay", finished_run.path, "--out", tmp_path / "again")
    assert "cannot be compared completely, though what was compared does not differ" in said
    assert f"{forbidden} cannot be read (Permission denied)" in said


def test_a_folder_of_images_that_cannot_be_read_is_not_called_empty(finished_run, forbid, tmp_path):
    folders = [forbid(series.folder) for series in (finished_run.checkpoints, finished_run.snapshots)]
    for command in (["export", finished_run.path, "--out", tmp_path / "set"], ["evaluate", finished_run.path]):
        said = told(*command)
        assert f"{folders[0]} cannot be read (Permission denied)" in said and "No images" not in said
    said = told("runs", "show", finished_run.path, code=0)
    assert "finished at step 30" in said and f"{folders[0]} cannot be read (Permission denied)" in said
    assert json.loads(told("runs", "show", finished_run.path, "--json", code=0))["step"] == 30


@pytest.mark.parametrize("was_there", [False, True])
def test_a_fork_that_fails_leaves_nothing(finished_run, forbid, tmp_path, was_there):
    checkpoint = forbid(finished_run.checkpoints.path(30))
    out = tmp_path / "child"
    if was_there:
        out.mkdir()
    said = told("fork", finished_run.path, "--step", "30", "--steps", "35", "--out", out)
    assert f"The run {out} was not made" in said and f"Permission denied: '{checkpoint}'" in said
    assert out.exists() == was_there and not list(out.glob("*"))
    checkpoint.chmod(0o644)
    told("fork", finished_run.path, "--step", "30", "--steps", "35", "--out", out, code=0)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EIO, errno.EACCES])
def test_whatever_keeps_a_file_from_being_read_is_told(tmp_path, monkeypatch, number):
    write_tensors(tmp_path / "one.safetensors", {"images": np.zeros(3)})

    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("pathlib.Path.open", fail)
    with pytest.raises(StorageError, match=rf"one.safetensors cannot be read \({os.strerror(number)}\)"):
        read_tensors(tmp_path / "one.safetensors")
    monkeypatch.setattr("pathlib.Path.iterdir", fail)
    with pytest.raises(StorageError, match=rf"cannot be read \({os.strerror(number)}\)"):
        TensorSeries(tmp_path).steps()
