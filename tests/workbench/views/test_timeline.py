"""The timeline goes from kept step to kept step."""

import panel_material_ui as pmui
import param
import pytest
from session_parts import StillSource

from workbench.views.timeline import Timeline


@pytest.fixture
def asked():
    return []


@pytest.fixture
def source(make_run):
    """A run of 40 steps, kept every 10, with an edit and an evaluation."""
    run = make_run(steps=40, of=100)
    run.write_evaluation(20, {"name": "quick"}, [0.5])
    source = StillSource(run.path)
    source.read_all()
    source.put(evaluations=tuple(run.evaluations()))
    return source


@pytest.fixture
def timeline(session, asked):
    timeline = Timeline(session, lambda step: asked.append(("rewind", step)), lambda step: asked.append(("fork", step)))
    look(session, timeline)
    return timeline


def look(session, timeline):
    timeline.update(session.frame(full=True))
    return session.selection.step


def part(timeline, kind, label):
    (found,) = [each for each in timeline.__panel__().select(kind) if each.label == label]
    return found


def test_keys_go_from_one_kept_step_to_the_next_and_stay_within(session, timeline):
    for kept, step in [(-1, 30), (-1, 20), (1, 30), (-1, 20), (-1, 10), (-1, 0), (-1, 0), (1, 10)]:
        timeline.move(kept)
        assert look(session, timeline) == step
    timeline.jump(25)
    look(session, timeline)
    timeline.move(1)
    assert look(session, timeline) == 30
    # On from the last one there is only the run itself, where nothing comes after.
    timeline.jump(40)
    look(session, timeline)
    for _ in range(2):
        timeline.move(1)
        assert look(session, timeline) is None
        assert timeline.step == 40


def test_the_slider_follows_a_run_and_chooses_a_step(session, timeline):
    slider = part(timeline, pmui.IntSlider, "Step")
    assert (slider.value, slider.disabled) == (40, False)
    assert slider.end >= 40
    slider.value = 17
    assert look(session, timeline) == 17
    assert slider.value == 17
    session.source.put(step=90)
    assert look(session, timeline) == 17
    assert slider.value == 17
    timeline.follow()
    look(session, timeline)
    assert slider.value == 90
    assert look(session, timeline) is None
    assert {mark["value"]: mark["label"] for mark in slider.marks}[20] == "★"


def test_what_a_slow_browser_gives_back_does_not_stop_the_slider_from_following(session, document, timeline):
    slider = part(timeline, pmui.IntSlider, "Step")
    for step in (50, 51):
        session.source.put(step=step)
        look(session, timeline)
    document.run()
    slider.value = 50
    assert document.next, "the slider would stand still until the run's next step"
    assert look(session, timeline) is None
    assert slider.value == 51
    # Let go there, it is the user's choice.
    with param.edit_constant(slider):
        slider.value_throttled = 50
    assert look(session, timeline) == 50


def test_rewinding_and_forking_start_where_one_looks(session, timeline, asked):
    rewind, fork = (part(timeline, pmui.Button, label) for label in ("Rewind to here", "Fork from here"))
    assert (rewind.disabled, fork.disabled) == (True, False)
    timeline.jump(10)
    look(session, timeline)
    assert not rewind.disabled
    rewind.param.trigger("clicks")
    fork.param.trigger("clicks")
    assert asked == [("rewind", 10), ("fork", 10)]
    session.source.lease.leave("driver", to="another")
    look(session, timeline)
    assert rewind.disabled and not fork.disabled
