"""What tells runs from each other."""

import pytest

from hdd.runs import history
from hdd.runs.overview import Accuracy, differing_knobs, family_tree, read_facts


def test_the_facts_of_a_run(make_run):
    run = make_run(at={0: {"curvature": -2.0}}, seed=3)
    facts = read_facts(run.path)
    assert (facts.name, facts.origin, facts.state, facts.step, facts.note) == ("run", "", "new", 0, "")
    assert facts.accuracy is None
    run.write_note("to be evaluated")
    run.write_evaluation(0, {"name": "quick"}, [0.5, 0.75])
    run.write_evaluation(0, {"name": "full"}, [0.6])
    facts = read_facts(run.path)
    assert facts.accuracy == Accuracy(0, 0.6, None, "full")
    assert facts.note == "to be evaluated"
    run.write_note("")
    assert read_facts(run.path).note == ""


def test_an_accuracy_in_words_has_a_spread_only_if_there_are_several_networks():
    assert (
        str(Accuracy.of({"step": 20, "accuracies": [0.5, 0.75], "protocol": {"name": "quick"}})) == "62.5 ± 17.7 % @ 20"
    )
    assert str(Accuracy(7, 0.5, None, "full")) == "50.0 % @ 7"


def test_knobs_differ_by_how_runs_started_and_by_how_they_were_steered(make_run):
    runs = [make_run("a", seed=1), make_run("b", seed=2), make_run("c", seed=1, steps=40)]
    assert differing_knobs([read_facts(run.path) for run in runs]) == ["seed"]
    (edit,) = runs[0].steer(curvature=-3.0)
    runs[0].decide(next(each for each in runs[0].pending() if each.id == edit), "applied", 0, -1.0)
    assert differing_knobs([read_facts(run.path) for run in runs]) == ["seed", "curvature"]
    assert differing_knobs([]) == []


def test_forks_follow_the_run_that_they_were_made_from(make_run, tmp_path):
    first, second = make_run("first"), make_run("second")
    child = history.fork(first, 0, tmp_path / "child")
    grandchild = history.fork(child, 0, tmp_path / "grandchild")
    facts = [read_facts(run.path) for run in (grandchild, second, child, first)]
    assert [(depth, each.name) for depth, each in family_tree(facts)] == [
        (0, "first"),
        (1, "child"),
        (2, "grandchild"),
        (0, "second"),
    ]
    assert facts[2].origin == "first @ 0"
    # Without its parent, a fork stands alone.
    assert [(depth, each.name) for depth, each in family_tree(facts[:2])] == [(0, "second"), (0, "grandchild")]


@pytest.mark.parametrize("note", ["why not", ""])
def test_notes_on_edits_go_with_forks_and_replays(make_run, tmp_path, note):
    run = make_run()
    (edit,) = run.steer(who="a test", note=note, curvature=-3.0)
    run.decide(run.pending()[0], "applied", 0, -1.0)
    expected = note or None
    assert [each.note for each in run.edits()] == [expected]
    assert [each.note for each in history.fork(run, 0, tmp_path / "fork").edits()] == [expected]
    assert [each.note for each in history.copy_ledger(run, tmp_path / "again").edits()] == [expected]
    run.note_edit(edit, "since it is flat")
    assert (run.edits()[0].note, run.edit_notes()) == ("since it is flat", {edit: "since it is flat"})
    run.note_edit(edit, "")
    assert run.edit_notes() == {}
