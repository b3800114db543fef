"""Runs on image folders: how they read the images, and where they find them."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from hdd_command import hdd as command_line
from hdd_command import refused
from PIL import Image
from study_files import TINY, writer

import hdd
from hdd.errors import DataError
from hdd.runs.run import Run

SMALL = {"ipc": 1, "network_width": 4, "network_depth": 1, "real_batch": 2, "device": "cpu", "threads": 1}


@pytest.fixture
def folder(tmp_path):
    """Two classes of five images without test images; one file cannot be read."""
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        for number in range(5):
            file = tmp_path / "pets" / name / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(file)
    (tmp_path / "pets/cat/x.png").write_bytes(b"")
    return tmp_path / "pets"


def test_unreadable_images_are_refused_unless_a_run_skips_them(folder, tmp_path):
    with pytest.raises(DataError, match=r"cat/x\.png .* cannot be read.*--unreadable skip"):
        hdd.distill(f"folder:{folder}", steps=2, out=tmp_path / "run", **SMALL)
    assert not (tmp_path / "run").exists()
    run = hdd.distill(f"folder:{folder}", steps=2, out=tmp_path / "run", unreadable="skip", **SMALL)
    told = run.meta("provenance")["data"]
    assert told.startswith("The folder has no train/, test/ or val/, so one in 5 images of each class")
    assert "1 of 11 images cannot be read and are left out: cat/x.png (" in told
    again, difference = hdd.replay(run, tmp_path / "again")
    assert difference is None and again.initial_settings.unreadable == "skip"
    assert again.meta("provenance")["data"] == told
    assert hdd.resume(run, steps=3).step == 3


def test_a_repaired_image_is_noticed(folder, tmp_path):
    run = hdd.distill(f"folder:{folder}", steps=2, out=tmp_path / "run", unreadable="skip", **SMALL)
    Image.new("RGB", (8, 8)).save(folder / "cat/x.png")
    with pytest.raises(DataError, match=r"are not those that .* was made with"):
        hdd.resume(run, steps=3)


def test_nothing_is_said_about_plain_data_sets(tmp_path):
    run = hdd.distill("digits", steps=1, out=tmp_path / "run", **SMALL)
    assert "data" not in run.meta("provenance")


def test_a_run_finds_its_images_from_any_folder(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    run = hdd.distill("folder:.", steps=1, out=tmp_path / "run", unreadable="skip", **SMALL)
    assert run.initial_settings.dataset == f"folder:{folder}"
    monkeypatch.chdir(tmp_path)
    assert hdd.resume(run, steps=2).step == 2


@pytest.fixture
def moved(folder, tmp_path):
    """A run whose images were moved, and their new place."""
    run = hdd.distill(f"folder:{folder}", steps=2, out=tmp_path / "run", unreadable="skip", **SMALL)
    return run, folder.rename(tmp_path / "moved")


def contents(path):
    """All that a run records."""
    with closing(sqlite3.connect(path / "run.db")) as database:
        return sorted(database.iterdump())


@pytest.mark.parametrize(
    "command",
    [
        ("resume", "RUN", "--steps", "3"),
        ("fork", "RUN", "--step", "1", "--out", "new"),
        ("replay", "RUN", "--out", "new"),
        ("evaluate", "RUN", "--protocol", "quick"),
        ("prune", "RUN", "--rate", "0.5"),
        ("audit", "RUN"),
        ("export", "RUN", "--html", "run.html"),
    ],
    ids=lambda command: command[0],
)
def test_a_command_that_finds_no_images_changes_and_leaves_nothing(moved, tmp_path, command):
    run, _ = moved
    run.close()
    before, files = contents(run.path), {*tmp_path.rglob("*")}
    told = refused(*(str(run.path) if part == "RUN" else part for part in command), cwd=tmp_path)
    assert "There is no folder" in told and "--data PATH" in told
    assert contents(run.path) == before
    assert {path for path in {*tmp_path.rglob("*")} ^ files if not path.name.startswith("run.db-")} == set()


@pytest.mark.parametrize(
    "command",
    [
        ("prune", "RUN", "--rate", "0.5"),
        ("audit", "RUN", "--metrics", "pixels", "--fail-on", "never"),
        ("export", "RUN", "--html", "run.html"),
    ],
    ids=lambda command: command[0],
)
def test_every_command_that_asks_for_the_place_of_the_images_takes_it(moved, tmp_path, command):
    run, place = moved
    command = [str(run.path) if part == "RUN" else part for part in command]
    command_line(*command, "--data", "moved", cwd=tmp_path)
    assert Run(run.path).initial_settings.dataset == f"folder:{place}"
    command_line(*command, cwd=tmp_path)


def test_a_run_is_told_where_its_images_are_now_and_remembers_it(moved, tmp_path, monkeypatch):
    run, place = moved
    told = command_line("replay", str(run.path), "--out", "again", "--data", "moved", cwd=tmp_path)
    assert "bit-identical" in told.stdout
    assert Run(run.path).initial_settings.dataset == f"folder:{place}"
    assert Run(tmp_path / "again").initial_settings.dataset == f"folder:{place}"
    monkeypatch.chdir(place)
    assert hdd.fork(run.path, 1, tmp_path / "fork").step == 2
    assert hdd.resume(run.path, steps=3).step == 3


def test_other_images_are_not_taken_for_those_of_the_run(moved, tmp_path):
    run, place = moved
    Image.new("RGB", (8, 8)).save(place / "cat/0.png")
    told = refused("resume", str(run.path), "--steps", "3", "--data", str(place))
    assert f"The images of folder:{place} are not those that {run.path} was made with" in told
    assert Run(run.path).initial_settings.dataset != f"folder:{place}"
    assert "no folder but the data set digits" in refused(
        "resume", str(hdd.distill("digits", steps=1, out=tmp_path / "d", **SMALL).path), "--steps", "2", "--data", "x"
    )


def test_a_study_of_a_folder_is_found_again_from_any_other(folder, tmp_path):
    base = {**TINY["base"], "dataset": f"folder:{folder.name}", "unreadable": "skip", "real_batch": 2}
    declared = writer(tmp_path)(base=base, arms={"mean": {"objective": "mean"}}, seeds=1)
    told = command_line("study", str(declared), "--out", str(tmp_path / "study"), cwd=folder.parent)
    assert "mean" in told.stdout
    again = command_line("study", str(tmp_path / "study"), cwd="/")
    assert again.stdout == told.stdout
