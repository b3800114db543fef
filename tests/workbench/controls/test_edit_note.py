"""The reason of a change, beside the change."""

import panel_material_ui as pmui
import pytest
from session_parts import StillSource

from workbench.controls.edit_note import EditNote


@pytest.fixture
def source(make_run):
    source = StillSource(make_run(steps=40, of=100).path)
    source.read_all()
    return source


@pytest.fixture
def why(session):
    return EditNote(session)


@pytest.fixture
def field(why):
    (field,) = why.__panel__().select(pmui.TextInput)
    return field


@pytest.fixture
def look(session, why):
    def show():
        session.source.read_all()
        why.update(session.frame(full=True))

    return show


def test_the_newest_change_can_be_given_a_reason_that_is_shown_again(session, field, look):
    run = session.source.run
    (edit,) = run.steer(curvature=-4.0)
    look()
    assert field.label == "Why Curvature K → -4.0?" and field.value == ""
    field.value = "  it was too flat "
    assert run.edit_notes() == {edit: "it was too flat"}
    run.decide(run.pending()[0], "applied", 40, -1.0)
    look()
    assert field.value == "it was too flat"
    field.value = ""
    assert run.edit_notes() == {}


def test_what_is_being_typed_stays_while_the_change_is_decided_on(session, field, look):
    run = session.source.run
    run.steer(curvature=-4.0)
    look()
    before = field.label
    run.decide(run.pending()[0], "applied", 40, -1.0)
    field.value = "half a sen"
    session.source.put(edits=tuple(run.edits()))
    look()
    assert (field.label, field.value) == (before, "half a sen")


def test_the_change_before_the_step_that_is_shown_is_meant(session, field, look):
    run = session.source.run
    for step, value in ((10, -2.0), (30, -3.0)):
        (edit,) = run.request({"curvature": value}, "a test", None, f"why {value}")
        run.decide(next(each for each in run.pending() if each.id == edit), "applied", step, -1.0)
    session.selection.step = 20
    look()
    assert (field.label, field.value) == ("Why Curvature K → -2.0?", "why -2.0")


def test_who_only_watches_cannot_write(session, field, look):
    session.source.run.steer(curvature=-4.0)
    session.source.lease.leave("driver", to="another")
    look()
    assert field.disabled
