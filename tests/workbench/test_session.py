"""A session's rhythm: woken, it pulls the newest state, and waits until that is painted."""

from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import scripted
from session_parts import Projector, StillSource, View
from waiting import wait_until

from hdd.errors import HDDError
from hdd.projection import Geometry
from hdd.states import EngineState
from workbench.browser.link import Link
from workbench.core import disk_requests, frame_gate, turns
from workbench.core.source import StepImages
from workbench.session import Session


@pytest.fixture
def run(make_run):
    """40 of 100 steps are made; the curvature became -4 at step 15."""
    run = make_run(steps=40, of=100)
    (edit,) = run.steer(curvature=-4.0)
    run.decide(next(each for each in run.pending() if each.id == edit), "applied", 15, -1.0)
    return run


@pytest.fixture
def source(run):
    source = StillSource(run.path)
    source.read_all()
    source.put(status=replace(run.status(), state=EngineState.RUNNING))
    return source


@pytest.fixture
def projector():
    return Projector()


@pytest.fixture
def session(source, document, projector, monkeypatch):
    """A session that need not wait between frames, nor shows full ones by the clock alone."""
    monkeypatch.setattr(frame_gate, "FRAMES_PER_SECOND", 1e9)
    monkeypatch.setattr(turns, "SHARE", 1e9)
    monkeypatch.setattr(frame_gate, "FULL_SECONDS", 1e9)
    monkeypatch.setattr(frame_gate, "UNPAINTED_SECONDS", 1e9)
    session = Session(source, projector, Link(), document)
    session.views += [View(), View(lively=False)]
    session.open()
    yield session
    session.close()


@pytest.fixture
def drive(session, source):
    """Takes control: what happens to requests of others is no answer, and waits for its turn."""
    session.tab = "tab"
    source.lease.take("tab")
    assert session.drives


@pytest.fixture
def paint(session, document):
    """Lets the browser paint what was sent, until nothing more comes."""

    def acknowledge():
        document.run()
        while session.painted < session._link.frame:
            session._link.listener({"painted": session._link.frame})
            document.run()

    return acknowledge


def frame_of(session):
    return session.views[0].frames[-1]


def test_one_frame_is_in_flight_and_the_newest_wins(session, source, document, paint):
    paint()
    shown = len(session.views[0].frames)
    for step in (41, 42, 43, 44):
        source.put(step=step, frame=StepImages(step, scripted.images(step)))
        document.run()
    assert [frame.step for frame in session.views[0].frames[shown:]] == [41]
    paint()
    steps = [frame.step for frame in session.views[0].frames[shown:]]
    assert steps[0] == 41 and set(steps[1:]) == {44}
    np.testing.assert_array_equal(frame_of(session).images, scripted.images(44))


def test_waking_is_free_however_often(session, source, document, paint):
    paint()
    for _ in range(100):
        session.wake()
    assert len(document.next) == 1
    shown = len(session.views[0].frames)
    document.run()
    assert len(session.views[0].frames) == shown


def test_a_browser_that_still_fetches_its_page_gets_no_frames(session, source, document, paint, monkeypatch):
    document.run()
    monkeypatch.setattr(frame_gate, "UNPAINTED_SECONDS", 0.0)
    shown = len(session.views[0].frames)
    source.put(step=41)
    document.run()
    assert len(session.views[0].frames) == shown
    session._link._heard(SimpleNamespace(data={"tab": "a"}))
    paint()
    assert frame_of(session).step == 41


def test_a_frame_that_is_never_painted_does_not_stop_the_page(session, source, document, paint, monkeypatch):
    session._link._heard(SimpleNamespace(data={"tab": "a"}))
    paint()
    source.put(step=41)
    document.run()
    source.put(step=42)
    document.run()
    assert frame_of(session).step == 41
    monkeypatch.setattr(frame_gate, "UNPAINTED_SECONDS", 0.0)
    source.put(step=43)
    document.run()
    assert frame_of(session).step == 43


def test_frames_are_no_closer_than_the_rate_allows(session, source, document, paint, monkeypatch):
    paint()
    monkeypatch.setattr(frame_gate, "FRAMES_PER_SECOND", 1e-3)
    source.put(step=41)
    document.run()
    assert frame_of(session).step == 40
    monkeypatch.setattr(frame_gate, "FRAMES_PER_SECOND", 1e9)
    document.run(later=True)
    assert frame_of(session).step == 41


@pytest.mark.usefixtures("drive")
def test_words_are_due_when_something_happened_and_after_the_last_picture(
    session, source, run, document, paint, monkeypatch
):
    paint()
    words = session.views[1].frames
    count = len(words)
    source.put(step=41, frame=StepImages(41, scripted.images(41)))
    paint()
    assert len(words) == count
    assert frame_of(session).step == 41
    monkeypatch.setattr(frame_gate, "FULL_SECONDS", 0.0)
    document.run(later=True)
    monkeypatch.setattr(frame_gate, "FULL_SECONDS", 1e9)
    paint()
    assert (len(words), words[-1].step) == (count + 1, 41)
    (edit,) = run.steer(weight=3.0)
    run.decide(next(each for each in run.pending() if each.id == edit), "applied", 41, 1.0)
    source.put(edits=tuple(run.edits()))
    paint()
    assert len(words) == count + 2
    session.selection.image = (1, 2)
    paint()
    assert len(words) == count + 3
    session.refresh()
    paint()
    assert len(words) == count + 4


@pytest.mark.usefixtures("drive")
def test_what_was_asked_for_is_not_held_up_by_frames_before_it(session, source, run, document, paint, monkeypatch):
    paint()
    shown = len(session.views[0].frames)
    (edit,) = run.steer(curvature=-9.0)
    source.put(edits=tuple(run.edits()))
    paint()
    assert len(session.views[0].frames) == shown
    run.decide(next(each for each in run.pending() if each.id == edit), "applied", 40, -4.0)
    source.put(edits=tuple(run.edits()), settings=run.settings)
    paint()
    assert frame_of(session).state.edits[-1].status == "applied"
    assert frame_of(session).disk.geometry.curvature == -9.0
    # An engine whose steps take long does not hold up the page.
    monkeypatch.setattr(frame_gate, "HOLD_SECONDS", 0.0)
    run.steer(curvature=-2.0)
    source.put(edits=tuple(run.edits()))
    paint()
    assert frame_of(session).state.edits[-1].status == "pending"


def test_sessions_on_one_run_share_its_projections(session, source, projector, document, paint):
    paint()
    asked = len(projector.asked)
    second = Session(source, projector, Link(), document)
    second.views.append(View())
    second.open()
    document.run()
    assert frame_of(second).disk.projection is frame_of(session).disk.projection
    assert projector.asked[asked:] == []
    second.close()


def test_looking_back_shows_the_nearest_kept_images_and_the_geometry_of_the_time(session, projector, paint):
    paint()
    assert (frame_of(session).live, frame_of(session).settings.curvature) == (True, -4)
    for step, images, curvature in [(14, 10, -1), (15, 10, -4), (20, 20, -4), (9, 0, -1), (0, 0, -1)]:
        session.selection.step = step
        paint()
        frame = frame_of(session)
        assert (frame.step, frame.image_step, frame.live) == (step, images, False)
        assert frame.settings.curvature == curvature
        np.testing.assert_array_equal(frame.images, scripted.images(images).astype(np.float16))
        assert (frame.disk.step, frame.disk.geometry.curvature) == (images, curvature)
    session.selection.step = 10**6
    paint()
    assert frame_of(session).step == 40
    session.selection.step = None
    paint()
    assert frame_of(session).live


def test_what_is_being_read_is_waited_for_but_not_for_long(session, source, document, paint, monkeypatch):
    paint()
    shown, reading = len(session.views[0].frames), []
    read = source.read

    def slowly(step):
        reading.append((step, Future()))
        return reading[-1][1]

    monkeypatch.setattr(session._frames.images, "_read", slowly)
    session.selection.step = 12
    paint()
    assert [step for step, _ in reading] == [10]
    assert len(session.views[0].frames) == shown
    # Whoever waits longer sees at least that something is about to come.
    monkeypatch.setattr(frame_gate, "HOLD_SECONDS", 0.0)
    session.wake()
    paint()
    assert (frame_of(session).step, frame_of(session).image_step, frame_of(session).images) == (12, 10, None)
    reading[0][1].set_result(read(10).result())
    paint()
    np.testing.assert_array_equal(frame_of(session).images, read(10).result().images)
    assert frame_of(session).disk.step == 10
    assert len(reading) == 1


def test_images_of_a_run_that_is_followed_come_with_the_next_frame_in_turn(session, source, paint, monkeypatch):
    paint()
    words, reading = session.views[1].frames, Future()
    monkeypatch.setattr(session._frames.images, "_read", lambda step: reading)
    source.put(
        step=50,
        kept=(0, 10, 20, 30, 40, 50),
        status=replace(source.state.status, state=EngineState.RUNNING),
        frame=StepImages(46, scripted.images(46)),
    )
    paint()
    count, shown = len(words), len(session.views[0].frames)
    reading.set_result(StepImages(50, scripted.images(50)))
    paint()
    assert len(session.views[0].frames) > shown
    assert len(words) == count


def test_the_feature_scale_is_that_of_the_step(session, run, projector, paint):
    paint()
    session.selection.step = 10
    paint()
    looks = [asked[4] for asked in projector.asked if asked[0] == "look"]
    assert looks[-1] == Geometry(-1.0, 1.0, None, "closed")


def test_a_live_frame_that_is_newer_than_kept_images_is_shown(session, source, run, paint):
    paint()
    source.put(step=47, frame=StepImages(46, scripted.images(46)))
    paint()
    assert (frame_of(session).step, frame_of(session).image_step) == (47, 46)
    source.put(kept=(0, 10, 20, 30, 40, 47))
    session.selection.step = 45
    paint()
    assert frame_of(session).image_step == 40
    # What an engine showed that has ended may have been rewound since.
    session.selection.step = None
    source.put(kept=(0, 10, 20, 30, 40), status=run.status())
    paint()
    assert frame_of(session).image_step == 40


def test_each_projection_is_asked_for_once(session, source, projector, paint):
    paint()
    asked = len(projector.asked)
    for _ in range(3):
        session.refresh()
        paint()
    assert len(projector.asked) == asked
    session.selection.view = "classes"
    paint()
    assert len(projector.asked) == asked + 1
    assert frame_of(session).disk.view == "classes"


@pytest.mark.parametrize("error", [HDDError("not those images"), OSError("no disk"), RuntimeError("out of memory")])
def test_why_there_is_no_projection_is_told_and_it_is_asked_for_again(session, projector, paint, monkeypatch, error):
    monkeypatch.setattr(disk_requests, "RETRY_SECONDS", 0.1)
    projector.error = error
    paint()
    session.refresh()
    paint()
    assert frame_of(session).disk_problem == str(error)
    assert frame_of(session).disk is None
    projector.error = None

    def there():
        session.refresh()
        paint()
        return frame_of(session).disk

    wait_until(there, 60)
    assert frame_of(session).disk_problem is None


def test_keys_reach_their_actions_and_others_nothing(session):
    pressed = []
    session.on_keys(space=lambda: pressed.append("space"))
    session._link.listener({"key": "space"})
    session._link.listener({"key": "unknown"})
    assert pressed == ["space"]


def test_the_first_tab_drives_and_a_closed_session_leaves_nothing(session, source, document, projector):
    link = Link()
    link._heard(type("Event", (), {"data": {"tab": "first"}}))
    first = Session(source, projector, link, document)
    first.open()
    other = Link()
    other.tab = "second"
    second = Session(source, projector, other, document)
    second.open()
    assert (first.drives, second.drives) == (True, False)
    first.close()
    assert source.lease.driver is None
    assert "first" not in source.tabs()
    assert link.listener is None
    document.next.clear()
    first.wake()
    assert document.next == []
    second.close()


def test_what_others_ask_for_comes_with_the_next_frame_in_turn(session, source, run, document, paint):
    paint()
    words = session.views[1].frames
    count, shown = len(words), len(session.views[0].frames)
    (edit,) = run.steer(weight=3.0)
    run.decide(next(each for each in run.pending() if each.id == edit), "applied", 40, 1.0)
    source.put(edits=tuple(run.edits()))
    paint()
    assert len(words) == count
    assert len(session.views[0].frames) == shown + 1
    assert frame_of(session).state.edits[-1].status == "applied"
