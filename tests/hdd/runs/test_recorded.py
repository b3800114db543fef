"""A database that holds something else than a run wrote: what cannot be understood is told by its name."""

import json
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from safetensors.numpy import save_file
from typer.testing import CliRunner

from hdd.cli.app import app
from hdd.errors import HDDError, StorageError
from hdd.runs.overview import read_facts
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import initial_settings

DEEP = "[" * 100_000
EDIT = "INSERT INTO edits (name, value, who, requested, status, step) VALUES ({}, 'test', 1, {})"
EVALUATION = "INSERT INTO evaluations (step, time, protocol, accuracies) VALUES (3, 1, '{}', '{}')"


def fact(key, value):
    return f"INSERT OR REPLACE INTO meta VALUES ('{key}', '{value}')"


ROWS = [
    *((fact("settings", value), "settings") for value in ("{oops", "[1, 2]", "null", "7", DEEP)),
    *((fact("classes", value), "classes") for value in ("7", "[]", "[0, 1]", '"ten"')),
    *((fact("mean", value), "mean") for value in ("null", '["a"]', "[NaN]", "0.5")),
    *((fact("decoder", value), "decoder") for value in ('"none"', "[1]")),
    *((fact("parent", value), "parent") for value in ('"me"', "{}", "[1]")),
    (fact("moved data", "5"), "moved data"),
    (fact("note", '{"a": 1}'), "note"),
    (fact("rewinds", '"many"'), "rewinds"),
    (fact("stretches", "[1]"), "stretches"),
    ("DELETE FROM meta WHERE key = 'settings'", "settings"),
    ("DELETE FROM meta WHERE key = 'fingerprint'", "fingerprint"),
    ("DROP TABLE edits", "no such table: edits"),
    (EDIT.format("'curvature', '{oops'", "'pending', NULL"), "ledger"),
    (EDIT.format(f"'curvature', '{DEEP}'", "'pending', NULL"), "ledger"),
    (EDIT.format("'curvature', '-3'", "'odd', NULL"), "ledger"),
    (EDIT.format("'curvature', '-3'", "'applied', NULL"), "ledger"),
    (EDIT.format("'curvature', '-3'", "'applied', 'three'"), "number of steps"),
    ("UPDATE metrics SET loss = 'abc'", "records of the steps"),
    ("UPDATE metric_columns SET names = '7'", "records of the steps"),
    ("INSERT INTO masks VALUES (3, x'01', x'00000000')", "masks"),
    (EVALUATION.format("{oops", "[0.5]"), "evaluations"),
    *((EVALUATION.format("{}", value), "evaluations") for value in ("[]", '["a"]', "[NaN]", "0.5")),
    ("UPDATE engine SET state = 'dancing'", "state of the engine"),
    ("UPDATE engine SET step = 'x', time = 'y'", "state of the engine"),
]
READINGS = (
    lambda run: run.classes,
    lambda run: run.rewinds(),
    lambda run: run.stretches(),
    lambda run: run.edits(),
    lambda run: run.step,
    lambda run: run.metrics(),
    lambda run: run.masks(),
    lambda run: run.evaluations(),
    lambda run: run.status(),
    lambda run: run.synthetic(),
    lambda run: read_facts(run.path),
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, digits):
    """A small run that has made its steps."""
    settings = initial_settings(ipc=2, network_width=8, real_batch=16, steps=4, threads=1, snapshot_every=2)
    run = create(tmp_path_factory.mktemp("whole") / "run", settings, digits)
    return resume(run, data=digits).path


@pytest.fixture
def damage(whole, tmp_path):
    """Copies the run, has a statement change its database, and returns its directory."""

    def copy(*statements):
        path = tmp_path / "run"
        shutil.copytree(whole, path)
        with closing(sqlite3.connect(path / "run.db")) as database, database:
            for statement in statements:
                database.execute(statement)
        return path

    return copy


def read_all(path):
    """What is told when a run is read in every way."""
    told = []
    for reading in READINGS:
        try:
            reading(Run(path))
        except StorageError as error:
            told.append(str(error))
    return told


def test_a_run_that_is_whole_tells_nothing(damage):
    assert read_all(damage()) == []


@pytest.mark.parametrize(("statement", "what"), ROWS, ids=[f"{what} {place}" for place, (_, what) in enumerate(ROWS)])
def test_what_cannot_be_understood_is_told_by_its_name(damage, statement, what):
    path = damage(statement)
    told = read_all(path)
    assert any(what in each for each in told)
    assert all(str(path) in each and "restore it from a copy" in each for each in told)


@pytest.mark.parametrize("change", [{"curvature": {"a": 1}}, {"curvature": 3.0}, {"ipc": 100_000_000}])
def test_settings_that_cannot_be_are_told(damage, whole, change):
    settings = json.dumps({**Run(whole).meta("settings"), **change})
    path = damage(fact("settings", settings))
    with pytest.raises(StorageError, match=r"records settings that cannot be: .* is not allowed: give"):
        Run(path)


@pytest.mark.parametrize("content", [{"x": np.zeros(3)}, {"images": np.zeros((3, 2, 1, 8, 8), np.float32)}])
def test_images_of_another_kind_are_damaged(damage, content):
    path = damage()
    for file in [*(path / "snapshots").iterdir(), *(path / "checkpoints").iterdir()]:
        save_file(content, file)
    with pytest.raises(HDDError, match=r"The images of step 4 .* are damaged"):
        Run(path).images(4)


@pytest.mark.parametrize(
    "content",
    [
        {"step": np.zeros(3), "images": np.zeros((10, 2, 1, 8, 8), np.float32)},
        {"step": np.array(3), "images": np.zeros((2, 2), np.float32)},
        {"step": np.array(3), "images": np.zeros((3, 2, 1, 8, 8), np.float32)},
    ],
)
def test_a_live_frame_of_another_kind_is_passed_over(damage, content):
    path = damage()
    (path / "live").mkdir(exist_ok=True)
    save_file(content, path / "live" / "frame.safetensors")
    assert Run(path).frame() is None


def test_the_list_of_runs_names_those_that_cannot_be_understood_and_lists_the_others(damage, whole, tmp_path):
    shutil.copytree(whole, tmp_path / "whole")
    damage(EVALUATION.format("{oops", "[]"))
    told = CliRunner().invoke(app, ["runs", "list", str(tmp_path)], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    assert "whole" in told.stdout and "the evaluations cannot be understood" in told.stderr
