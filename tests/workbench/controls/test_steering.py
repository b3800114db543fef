"""Knobs on the page: what they request, and what is told of it."""

from concurrent.futures import Future

import panel as pn
import panel_material_ui as pmui
import pytest
from panel.widgets.base import WidgetBase
from session_parts import StillSource

from hdd.runs.driver_lease import by
from hdd.settings import Settings, grouped
from workbench.controls.knob import KnobControl
from workbench.controls.steering import Steering

GROUPS = grouped(Settings.steerable())
KNOBS = [name for names in GROUPS.values() for name in names]


@pytest.fixture
def source(make_run):
    run = make_run(steps=40, of=100)
    source = StillSource(run.path)
    source.read_all()
    return source


@pytest.fixture
def steering(session):
    steering = Steering(session)
    # Each frame makes some of the controls.
    for _ in KNOBS:
        steering.update(session.frame(full=True))
    return steering


@pytest.fixture
def show(session, steering):
    """Lets the controls see what is on disk now."""

    def look():
        session.source.read_all()
        steering.update(session.frame(full=True))

    return look


def sliders(steering):
    return steering.__panel__().select(pmui.DiscreteSlider)


def texts(steering):
    return [each.object for each in steering.__panel__().select(pmui.Typography) if each.object]


def pending(source, name="curvature"):
    return [edit for edit in source.run.pending() if edit.name == name]


def test_every_steerable_knob_has_a_control():
    assert sorted(KNOBS) == sorted(Settings.steerable())


@pytest.mark.parametrize("name", KNOBS)
def test_every_control_has_a_label_a_tooltip_and_a_value_that_it_can_give_back(name):
    requested = []
    default = Settings().values()[name]
    knob = KnobControl(name, default, lambda *request: requested.append(request))
    controls = knob.__panel__().select(WidgetBase)
    assert {control.label for control in controls} == {Settings.knob(name).title}
    assert Settings.knob(name).doc in controls[0].description
    assert "Allowed: " in controls[0].description
    knob.put(default)
    assert requested == []
    assert Settings(**{name: knob.value}).values()[name] == default
    knob.enable(False)
    assert all(control.disabled for control in controls)


@pytest.mark.parametrize("name", ["curvature", "weight", "image_lr"])
def test_a_slider_offers_only_what_is_allowed_and_shows_other_values_exactly(name):
    requested = []
    knob = KnobControl(name, Settings().values()[name], lambda *request: requested.append(request))
    (slider,), (field,) = (knob.__panel__().select(kind) for kind in (pmui.DiscreteSlider, pmui.TextInput))
    for value in slider.values:
        Settings(**{name: value})
    slider.value = slider.values[0]
    assert requested == [(name, slider.values[0])]
    between = slider.values[0] * 1.0123
    knob.put(between)
    assert (float(field.value), slider.value) == (between, slider.values[0])
    assert requested == [(name, slider.values[0])]
    knob.put(slider.values[3])
    assert (float(field.value), slider.value) == (slider.values[3], slider.values[3])


@pytest.mark.parametrize(
    ("name", "written", "value", "position"),
    [
        ("curvature", "-4", -4.0, -4.0),
        ("curvature", " -2.0123 ", -2.0123, -2.0),
        ("curvature", "-5000", -5000.0, -100.0),
        ("momentum", "0.123456", 0.123456, 0.123456),
        ("weight", "1e3", 1000.0, 1000.0),
    ],
)
def test_a_number_is_typed_exactly_beside_a_slider(name, written, value, position):
    requested = []
    knob = KnobControl(name, Settings().values()[name], lambda *request: requested.append(request))
    (field,) = knob.__panel__().select(pmui.TextInput)
    (slider,) = knob.__panel__().select(pmui.DiscreteSlider) or knob.__panel__().select(pmui.FloatSlider)
    field.value = written
    assert requested == [(name, value)]
    assert (knob.value, slider.value) == (value, position)
    knob.put(value)
    assert float(field.value) == value
    slider.value = slider.values[0] if isinstance(slider, pmui.DiscreteSlider) else slider.start
    assert requested[1:] == [(name, slider.value)]
    assert knob.value == slider.value


def test_round_values_are_positions_of_a_logarithmic_slider():
    (slider,) = KnobControl("curvature", -1.0).__panel__().select(pmui.DiscreteSlider)
    assert {-0.01, -0.1, -0.5, -1.0, -2.0, -4.0, -10.0, -100.0} <= {*slider.values}


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("clamp", "none", None),
        ("clamp", "", None),
        ("clamp", "10", 10.0),
        ("feature_scale", "auto", "auto"),
        ("feature_scale", " 2 ", 2.0),
    ],
)
def test_a_text_means_a_number_or_a_word(name, written, value):
    requested = []
    knob = KnobControl(name, 3.0, lambda *request: requested.append(request))
    (field,) = knob.__panel__().select(pmui.TextInput)
    field.value = written
    assert requested == [(name, value)]


def test_augmentation_is_chosen_from_its_operations():
    requested = []
    knob = KnobControl("augmentation", "none", lambda *request: requested.append(request))
    (field,) = knob.__panel__().select(pmui.MultiChoice)
    assert field.value == []
    field.value = ["flip", "color"]
    field.value = []
    assert requested == [("augmentation", "color_flip"), ("augmentation", "none")]


def test_a_change_is_pending_then_applied(steering, source, show):
    steering.request("curvature", -3.0)
    assert "pending: -3.0" in texts(steering)
    (edit,) = pending(source)
    assert (edit.value, edit.who, edit.due) == (-3.0, by("page"), None)
    show()
    assert "pending until the run is resumed: -3.0" in texts(steering)
    source.run.decide(edit, "applied", 40, -1.0)
    show()
    assert "applied @ step 40" in texts(steering)


def test_nobody_waits_while_a_change_is_written(steering, document, source, show, monkeypatch):
    document.run()
    asked = []
    monkeypatch.setattr(source, "ask", lambda function: asked.append((function, Future())) or asked[-1][1])
    steering.request("curvature", -3.0)
    assert "pending: -3.0" in texts(steering)
    steering.request("curvature", -5.0)
    document.run(later=True)
    assert len(asked) == 1
    write, answer = asked[0]
    answer.set_result(write(source.run))
    document.run()
    (edit,) = pending(source)
    assert edit.value == -3
    source.run.decide(edit, "applied", 40, -1.0)
    show()
    assert len(asked) == 2 and "pending: -5.0" in texts(steering)
    asked[1][1].set_exception(OSError("no space left"))
    document.run()
    assert "refused: no space left" in texts(steering)
    show()
    steering.request("curvature", -6.0)
    assert len(asked) == 3


def test_a_change_is_refused_with_its_reason_and_the_old_value_comes_back(steering, source, show):
    (slider,) = [each for each in sliders(steering) if each.label.startswith("Curvature")]
    slider.value = slider.values[0]
    (edit,) = pending(source)
    source.run.decide(edit, "refused", 40, reason="too <b>flat</b>")
    show()
    assert "refused @ step 40: too <b>flat</b>" in texts(steering)
    assert slider.value == -1


def test_what_is_not_allowed_is_refused_at_once(steering, source, show):
    (field,) = [each for each in steering.__panel__().select(pmui.TextInput) if each.label.startswith("Clamp")]
    field.value = "wide"
    assert any(text.startswith("refused: clamp='wide' is not allowed: give a number") for text in texts(steering))
    assert field.value == "none"
    assert pending(source, "clamp") == []
    field.value = "3"
    show()
    assert [edit.value for edit in pending(source, "clamp")] == [3.0]


def test_of_a_dragged_knob_at_most_one_edit_waits_and_the_last_value_wins(steering, source, show):
    for value in (-2.0, -3.0, -4.0, -5.0):
        steering.request("curvature", value)
        show()
        assert len(pending(source)) == 1
    assert "pending: -5.0" in texts(steering)
    steering.request("weight", 3.0)
    assert len(source.run.pending()) == 2
    source.run.decide(pending(source)[0], "applied", 40, -1.0)
    show()
    assert [edit.value for edit in pending(source)] == [-5.0]
    show()
    assert "pending until the run is resumed: -5.0" in texts(steering)
    source.run.decide(pending(source)[0], "applied", 41, -2.0)
    show()
    assert pending(source) == []
    assert "applied @ step 41" in texts(steering)
    assert [edit.value for edit in source.run.steered() if edit.name == "curvature"] == [-2.0, -5.0]


def test_who_does_not_drive_cannot_steer(steering, session, source, show):
    (sections,) = steering.__panel__().select(pmui.Accordion)
    sections.active = list(range(len(GROUPS)))
    source.lease.leave("driver")
    show()
    assert "No one is in control of this run: take control to steer it." in texts(steering)
    source.lease.take("another")
    for _ in KNOBS:
        show()
    assert "You are watching: another tab is in control of this run." in texts(steering)
    controls = [control for knob in steering._knobs.values() for control in knob.__panel__().select(WidgetBase)]
    in_force = source.state.settings.in_force()
    assert {control.label for control in controls} == {Settings.knob(name).title for name in KNOBS if name in in_force}
    assert all(control.disabled for control in controls)
    steering.request("curvature", -3.0)
    assert source.run.pending() == []
    source.lease.leave("another", to="driver")
    show()
    steering.request("curvature", -3.0)
    assert len(pending(source)) == 1


def test_only_knobs_in_force_are_shown(steering, source, show):
    def labels():
        return {each.label for each in steering.__panel__().select(WidgetBase)}

    assert "Weight λ (factor)" in labels() and "Bandwidth (factor)" not in labels()
    (sections,) = steering.__panel__().select(pmui.Accordion)
    hidden = [number for number, group in enumerate(GROUPS, 1) if f"nth-of-type({number})" in str(sections.stylesheets)]
    assert [list(GROUPS)[number - 1] for number in hidden] == ["Network queue"]
    source.run.steer(objective="mean")
    source.run.decide(source.run.pending()[0], "applied", 40, "hdd")
    show()
    assert "Weight λ (factor)" not in labels() and "Objective" in labels()


def test_nothing_is_laid_out_again_while_the_same_knobs_are_in_force(steering, source, show):
    laid_out = []
    for column in steering.__panel__().select(pn.Column):
        column.param.watch(laid_out.append, "objects")
    for curvature in (-2.0, -3.0):
        source.run.steer(curvature=curvature)
        source.run.decide(pending(source)[0], "applied", 40, -1.0)
        show()
    assert laid_out == []


def test_somebody_elses_change_is_shown(steering, source, show):
    source.run.steer(who="a notebook", curvature=-100.0)
    show()
    assert "pending until the run is resumed: -100.0" in texts(steering)
    source.run.decide(pending(source)[0], "applied", 40, -1.0)
    show()
    (slider,) = [each for each in sliders(steering) if each.label.startswith("Curvature")]
    assert slider.value == -100
    assert source.run.pending() == []


def test_where_a_knob_comes_to_rest_is_written_down_while_no_engine_decides(steering, session, document, source, show):
    for value in (-2.0, -3.0, -4.0):
        steering.request("curvature", value)
    assert [edit.value for edit in pending(source)] == [-2.0]
    document.run(later=True)
    assert [edit.value for edit in pending(source)] == [-2.0, -4.0]
    show()
    # Another page on the same run shows what is on its way, and not what is in force.
    other = Steering(session)
    for _ in KNOBS:
        other.update(session.frame(full=True))
    (slider,) = [each for each in sliders(other) if each.label.startswith("Curvature")]
    assert abs(slider.value + 4) < 0.1
    assert all("pending until the run is resumed: -4.0" in texts(each) for each in (steering, other))


def test_a_knob_that_rests_at_none_is_written_down_once(steering, document, source, show):
    for value in (3.0, None):
        steering.request("clamp", value)
    # The engine decided on the first before it ended.
    source.run.decide(pending(source, "clamp")[0], "applied", 40, 10.0)
    show()
    assert [edit.value for edit in pending(source, "clamp")] == [None]
    document.run(later=True)
    assert [edit.value for edit in pending(source, "clamp")] == [None]


def test_looking_back_shows_the_values_of_that_time_and_steers_nothing(steering, session, source, show):
    source.run.steer(curvature=-100.0)
    source.run.decide(pending(source)[0], "applied", 30, -1.0)
    (slider,) = [each for each in sliders(steering) if each.label.startswith("Curvature")]
    for step, value in ((None, -100), (20, -1), (30, -100)):
        session.selection.step = step
        show()
        assert slider.value == value
        assert slider.disabled == (step is not None)
        assert any(text.startswith("These are the values at step") for text in texts(steering)) == (step is not None)
        assert ("applied @ step 30" in texts(steering)) == (step != 20)
