"""What is new in a run, against all that is in it."""

import sqlite3
from contextlib import closing

import pytest
import scripted
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdd.errors import StorageError
from hdd.runs import history
from hdd.runs.run import Run
from workbench.core.run_reading import RunReading


def act(run, action, step):
    if action == "step":
        run.write_metrics(scripted.record(run.step + 1))
    elif action == "ask":
        run.request({"curvature": -1.0 - step}, "a test", None)
    elif action in ("apply", "refuse"):
        for edit in run.pending()[-2:]:
            run.decide(edit, {"apply": "applied", "refuse": "refused"}[action], run.step, -1.0)
    elif action == "evaluate":
        run.write_evaluation(run.step, {"name": "quick"}, [0.5])
    elif action == "note":
        for edit in run.edits()[:1]:
            run.note_edit(edit.id, f"for the reason {step}")
    elif action == "rewind":
        history.rewind(run, max(0, run.step - 2))


ACTIONS = st.lists(
    st.sampled_from(["step", "step", "ask", "apply", "refuse", "evaluate", "rewind", "note", "look"]), max_size=25
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTIONS, max_size=25))
def test_what_is_found_bit_by_bit_is_all_that_is_there(tmp_path_factory, actions):
    run = scripted.make(tmp_path_factory.mktemp("runs") / "run", steps=1000)
    other = Run(run.path)
    reading, found = RunReading(other), {}
    for step, action in enumerate(actions):
        if action == "look":
            found |= reading.changes()
        else:
            act(run, action, step)
    found |= reading.changes()
    assert found["step"] == run.step
    assert found["edits"] == tuple(run.edits())
    assert found["evaluations"] == tuple(run.evaluations())
    assert found["events"] == tuple(run.events())
    assert found["settings"].values() == run.settings.values()
    assert len(found["columns"]["step"]) == len(run.metrics())
    for each in (run, other):
        each.close()


def test_what_cannot_be_read_is_tried_again_as_a_whole(tmp_path):
    run = scripted.make(tmp_path / "run", steps=10)
    run.write_metrics(scripted.record(1))
    run.write_evaluation(1, {"name": "quick"}, [0.5])
    reading = RunReading(Run(run.path))
    with closing(sqlite3.connect(run.path / "run.db")) as database:
        database.execute("UPDATE evaluations SET protocol = '{oops'")
        database.commit()
        for _ in range(3):
            with pytest.raises(StorageError, match="the evaluations cannot be understood"):
                reading.changes()
        database.execute("UPDATE evaluations SET protocol = '{}'")
        database.commit()
    found = reading.changes()
    assert found["step"] == 1
    assert [each["accuracies"] for each in found["evaluations"]] == [[0.5]]


def test_a_change_to_what_is_not_installed_here_is_shown(tmp_path):
    run = scripted.make(tmp_path / "run", steps=10)
    run.request({"objective": "theirs"}, "a test", None)
    run.decide(run.pending()[0], "applied", 0, "hdd")
    assert RunReading(Run(run.path)).changes()["settings"].objective == "theirs"
