"""The table of the runs of a folder."""

import scripted

from hdd.runs import history
from hdd.runs.housekeeping import rename
from hdd.runs.run import Run
from workbench.core.run_list import RunList, run_list_of


def texts(table):
    return {row.name: dict(zip(table.titles, (text for text, _ in row.cells), strict=True)) for row in table.rows}


def test_runs_are_told_apart_by_what_differs_among_them(make_run, root):
    make_run("first", steps=20, seed=1)
    second = make_run("second", steps=20, of=30, seed=2)
    second.write_evaluation(20, {"name": "quick"}, [0.5, 0.75])
    second.write_note("<b>why</b>")
    table = RunList(root).read()
    assert table.titles == ("Run", "State", "Step", "Accuracy", "Random seed", "Made from", "Note")
    told = texts(table)
    assert told["first"]["Random seed"] == "1" and told["first"]["Step"] == "20 / 20"
    assert told["second"] == {
        "Run": "second",
        "State": "stopped",
        "Step": "20 / 30",
        "Accuracy": "62.5 ± 17.7 % @ 20",
        "Random seed": "2",
        "Made from": "",
        "Note": "<b>why</b>",
    }


def test_a_fork_stands_below_its_parent_and_says_how_it_was_steered(make_run, root):
    parent = make_run("z parent", steps=20)
    make_run("a other", steps=20)
    fork = history.fork(parent, 10, root / "fork", {"curvature": -4.0})
    for edit in fork.pending():
        fork.decide(edit, "applied", 10, -1.0)
    table = RunList(root).read()
    assert [(row.name, row.depth) for row in table.rows] == [("z parent", 0), ("fork", 1), ("a other", 0)]
    told = texts(table)["fork"]
    assert (told["Made from"], told["Curvature K (1/length²)"]) == ("z parent @ 10", "-1 → -4")


def test_it_follows_what_happens_on_disk(make_run, root):
    run = make_run("run", steps=20, of=30)
    runs = RunList(root)
    assert [row.note for row in runs.read().rows] == [""]
    run.write_note("a note")
    assert [row.note for row in runs.read().rows] == ["a note"]
    run.write_metrics(scripted.record(21))
    assert texts(runs.read())["run"]["Step"] == "21 / 30"
    run.close()
    rename(root / "run", "renamed")
    assert [row.name for row in runs.read().rows] == ["renamed"]
    make_run("new", steps=20)
    assert [row.name for row in runs.read().rows] == ["renamed", "new"]


def test_a_run_that_cannot_be_read_says_why(make_run, root):
    make_run("good", steps=20)
    (root / "bad").mkdir()
    (root / "bad" / "run.db").write_text("nothing")
    told = texts(RunList(root).read())
    assert told["bad"]["State"] == "cannot be read" and "is not a run's database" in told["bad"]["Note"]
    assert told["good"]["State"] == "finished"


def test_a_folder_without_runs_has_an_empty_table(root):
    assert RunList(root / "missing").read().rows == ()


def test_those_who_ask_share_an_answer(make_run, root):
    make_run("run", steps=20)
    runs = run_list_of(root)
    assert runs is run_list_of(root)
    assert runs.ask().result(60).rows[0].name == "run"
    assert Run(root / "run").note == ""
