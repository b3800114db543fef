"""Runs that earlier versions made, kept in old_runs/, are opened, resumed, replayed and forked."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from hdd import api
from hdd.errors import HDDError
from hdd.runs.history import first_difference, fork
from hdd.runs.resume import resume
from hdd.runs.run import Run

OLD_RUNS = sorted(path for path in Path(__file__).with_name("old_runs").iterdir() if path.is_dir())

TOLERANCE = 1e-4
"""Relative difference that another processor or version of torch may make in what the steps record.

With the plainest kernels of torch and oneDNN in place of AVX2 it was 1e-7 after 30 steps. A lost edit makes far more:
each one of the run changes what is recorded by several per cent.
"""


@pytest.fixture(params=OLD_RUNS, ids=lambda path: path.name)
def old_run(request, tmp_path):
    """A copy of an old run."""
    return Run(shutil.copytree(request.param, tmp_path / request.param.name))


def made_on_this_machine(run):
    """Whether the steps of a run were made with the processor and torch that would make them now."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    here = {
        "cpu": next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), ""),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
    }
    return json.loads((run.path / "machine.json").read_text()) == here


def test_what_an_old_run_recorded_is_shown(old_run):
    assert old_run.step == 30
    assert old_run.status().state == "stopped"
    assert old_run.summary()["state"] == "stopped"
    assert [record.step for record in old_run.metrics()] == list(range(1, 31))
    steered = [(edit.step, edit.name, edit.value) for edit in old_run.steered() if edit.name != "objective"]
    assert steered == [
        (4, "curvature", -4.0),
        (14, "pruning_rate", 0.5),
        (16, "feature_scale", "auto"),
        (17, "image_lr", 0.8),
        (17, "momentum", 0.25),
    ]
    objectives = [(edit.step, edit.old, edit.value) for edit in old_run.steered() if edit.name == "objective"]
    assert objectives == [(8, "hdd", "mean"), (12, "mean", "hdd")]
    assert (old_run.settings.method, old_run.settings_at(9).objective) == ("dm", "mean")
    (pending,) = old_run.pending()
    assert (pending.name, pending.value, pending.due) == ("weight", 5.0, 45)
    assert [edit.status for edit in old_run.edits() if edit.name == "image_lr"] == ["rewound", "applied"]
    (evaluation,) = old_run.evaluations()
    assert evaluation["step"] == 30 and len(evaluation["accuracies"]) == 1
    assert "rewound to step 21" in [event["text"] for event in old_run.events()]
    assert old_run.kept_steps() == [0, 10, 20, 30]
    assert old_run.images(30).shape == (10, 1, 1, 16, 16)
    assert old_run.rewinds() == 2
    network = {name: value for name, value in old_run.settings.values().items() if name.startswith("network")}
    assert [*network.values()] == ["convnet", 8, 3, "instance", "relu", "avg", 1]


def test_an_old_run_is_resumed_to_its_end(old_run, digits, tmp_path):
    kept, pieces = (Run(shutil.copytree(old_run.path, tmp_path / name)) for name in ("kept", "pieces"))
    resume(old_run, data=digits)
    assert (old_run.step, old_run.status().state) == (60, "finished")
    assert old_run.steered()[-1].step == 45
    for until in (31, 45, 60):
        resume(pieces, until=until, data=digits)
    assert first_difference(old_run, pieces) is None
    # The first 30 steps stay as the earlier version recorded them.
    assert first_difference(old_run, kept) is None


def test_an_old_run_is_replayed(old_run, tmp_path):
    again, difference = api.replay(old_run, tmp_path / "again")
    if made_on_this_machine(old_run):
        assert difference is None
    assert [record.step for record in again.metrics()] == list(range(1, 31))
    for now, then in zip(again.metrics(), old_run.metrics(), strict=True):
        assert now.loss == pytest.approx(then.loss, rel=TOLERANCE)
        assert now.feature_scale == pytest.approx(then.feature_scale, rel=TOLERANCE)
    np.testing.assert_allclose(again.images(30), old_run.images(30), atol=TOLERANCE)
    # What is made here is made again here bit for bit, wherever that is.
    _, difference = api.replay(again, tmp_path / "once more")
    assert difference is None


def test_an_old_run_is_forked(old_run, tmp_path, digits):
    child = fork(old_run, 20, tmp_path / "child", {"weight": 2.0})
    assert child.step == 20
    assert first_difference(child, old_run) is None
    resume(child, until=25, data=digits)
    assert [record.step for record in child.metrics()] == list(range(1, 26))
    if made_on_this_machine(old_run):
        assert first_difference(child, old_run) == 21
    assert child.settings.weight == 2.0


def folder_state(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_old_run_that_cannot_be_written_is_read_as_it_is(old_run, tmp_path, monkeypatch):
    path = tmp_path / "read-only"
    shutil.copytree(OLD_RUNS[0].with_name(old_run.path.name), path)
    before = folder_state(path)
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    run = Run(path)
    assert run.step == 30
    columns = run.metrics()[-1].columns
    assert columns[0] == "loss" and "centroid_distance" in columns
    assert run.status().state == "stopped"
    run.close()
    assert folder_state(path) == before


def test_a_run_that_cannot_be_written_is_followed(make_run, digits, monkeypatch):
    run = resume(make_run(), until=3, data=digits)
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    reader = Run(run.path)
    assert reader.step == 3
    resume(run, until=5, data=digits)
    assert reader.step == 5
    with pytest.raises(HDDError, match="can be read here, but not changed"):
        reader.steer(curvature=-2.0)


def test_two_processes_may_open_an_old_run_at_once(tmp_path):
    path = shutil.copytree(OLD_RUNS[0], tmp_path / "run")
    with ThreadPoolExecutor(8) as threads:
        runs = list(threads.map(lambda _: Run(path), range(16)))
    assert {run.step for run in runs} == {30}
    assert len({run.metrics()[-1].columns for run in runs}) == 1
