"""The studies of a folder, as they change on disk."""

import os

import pytest
import yaml
from scripted_study import ScriptedStudy

from hdd.runs.run import Run
from hdd.study import report as hdd_report
from hdd.study.declaration import STUDY_FILE
from hdd.study.results import read_results
from hdd.study.table import make_table
from workbench.core import study_list
from workbench.core.study_list import HERE, StudyList, study_list_of

TWO_STEPS = {"epochs": 2, "networks": 2, "width": 4, "steps": [2]}


@pytest.fixture
def study(root):
    return ScriptedStudy(root / "tiny")


@pytest.fixture
def reads(monkeypatch):
    """The names of the runs that are read."""
    names = []

    def read(study, cell, *arguments):
        names.append(cell.run_name)
        return read_result(study, cell, *arguments)

    read_result = study_list.read_result
    monkeypatch.setattr(study_list, "read_result", read)
    return names


def test_the_words_and_figures_are_those_of_the_report(root):
    study = ScriptedStudy(root / "tiny", evaluate=TWO_STEPS, seeds=3)
    for seed in range(3):
        study.make("mean", seed, 0.5 + 0.01 * seed)
    for seed in range(2):
        study.make("hdd", seed, 0.6 + 0.03 * seed)
    found = StudyList(root).read()
    table = make_table(study.study, read_results(study.study, study.folder))
    assert (found.names, found.name, found.found.title) == (("tiny",), "tiny", "Tiny")
    main, by_step = found.found.tables
    for shown, (titles, lines) in zip(
        (main, by_step), (hdd_report.main_table(table), hdd_report.steps_table(table)), strict=True
    ):
        assert shown.titles == tuple(titles) and [*map(list, shown.lines)] == lines
    assert main.lines[1][1:4] == ("61.5 ± 2.1", "2", "+11.00 [-1.71, +23.71]")
    assert main.runs == ("tiny/mean,seed=0", "tiny/hdd,seed=0")
    assert found.found.progress == "5 of 6 runs are done. About 12 s left."
    assert found.found.notes[0] == "hdd: 2 of 3 seeds."
    assert {*hdd_report.budget_lines(table)} <= {*found.found.notes}


def test_only_what_has_changed_is_read_again(study, root, reads):
    studies = StudyList(root)
    first = studies.read().found
    assert first.progress == "0 of 4 runs are done. Time left: known after the first run."
    study.make("mean", 0, 0.5)
    reads.clear()
    second = studies.read().found
    assert reads == ["mean,seed=0"] and second.progress.startswith("1 of 4 runs are done. About ")
    assert studies.read().found is second and reads == ["mean,seed=0"]
    study.begin("hdd", 0, problem="The images diverge.")
    third = studies.read().found
    assert reads == ["mean,seed=0", "hdd,seed=0"]
    assert third.failures == "1 run failed: hdd. The notes below say why."
    assert third.notes[1] == "hdd: hdd: 1 of 2 seeds failed: The images diverge."
    study.make("mean", 1, 0.5)
    study.make("hdd", 1, 0.5)
    assert studies.read().found.progress == "3 of 4 runs are done."


def test_a_study_in_the_folder_itself_has_its_runs_there(root):
    study = ScriptedStudy(root)
    study.make("hdd", 0, 0.5)
    found = StudyList(root).read()
    assert (found.names, found.name) == ((HERE,), HERE)
    assert found.found.plots.plots[1].run == "hdd,seed=0"


def test_the_study_that_was_started_last_is_the_first(study, root):
    ScriptedStudy(root / "older", title="Older")
    os.utime(root / "older" / STUDY_FILE, (1, 1))
    studies = StudyList(root)
    assert studies.read().names == ("tiny", "older")
    assert studies.read("older").found.title == "Older"
    assert studies.read("gone").name == "tiny"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not allowed here: give names with values"),
        ("base: {ipc: 1, steps: 4, netw", "This is not YAML"),
        ("arms: {hdd: {}}\ncontrol: hdd\n", "The part seeds is missing"),
        ("arms: {hdd: {curvature: 3}}\nseeds: 1\ncontrol: hdd\n", "arms: hdd: curvature: curvature=3 is not allowed"),
    ],
)
def test_a_bad_or_half_written_file_gives_one_message_until_it_is_mended(study, root, text, message):
    study.make("hdd", 0, 0.5)
    path = study.folder / STUDY_FILE
    good = path.read_text()
    studies = StudyList(root)
    path.write_text(text)
    found = studies.read().found
    assert isinstance(found, str) and message in found and str(path) in found and "\n" not in found
    assert studies.read().found is found
    path.write_text(good)
    assert studies.read().found.progress.startswith("1 of 4 runs are done.")


def test_runs_that_are_not_what_the_file_declares_give_one_message(study, root):
    study.make("hdd", 0, 0.5)
    studies = StudyList(root)
    studies.read()
    changed = {**yaml.safe_load((study.folder / STUDY_FILE).read_text()), "arms": {"hdd": {"curvature": -2}}}
    (study.folder / STUDY_FILE).write_text(yaml.safe_dump({**changed, "control": "hdd"}))
    assert "was made with curvature=-1.0, and the study says curvature=-2:" in studies.read().found


def test_a_run_that_cannot_be_opened_is_named(study, root):
    path = study.folder / "hdd,seed=0"
    path.mkdir()
    (path / "run.db").write_text("nothing")
    assert "hdd,seed=0" in StudyList(root).read().found


def test_a_run_that_is_being_written_keeps_what_is_known_of_it(study, root, monkeypatch):
    study.make("mean", 0, 0.5)
    studies = StudyList(root)
    before = studies.read().found

    def fail(*arguments):
        raise OSError("busy")

    Run(study.folder / "mean,seed=0").write_note("a change")
    with monkeypatch.context() as patch:
        patch.setattr(study_list, "read_result", fail)
        assert studies.read().found == before


def test_a_folder_without_studies_has_none(make_run, root):
    make_run("run", steps=20)
    for folder in (root, root / "missing"):
        found = StudyList(folder).read()
        assert (found.names, found.name, found.found) == ((), "", "")


def test_those_who_ask_share_an_answer(study, root):
    studies = study_list_of(root)
    assert studies is study_list_of(root)
    assert studies.ask().result(60).name == "tiny"
