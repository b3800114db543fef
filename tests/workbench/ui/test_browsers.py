"""Several browsers on one run: one drives, the others watch, and none leaves anything behind."""

import time

import panel as pn
import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

from workbench.core import run_source
from workbench.session import Session


@pytest.fixture
def source_of(root):
    """The source of a run as the server has it."""
    return lambda name: run_source._sources[(root / name).resolve()]


@pytest.mark.slow
def test_one_drives_the_others_watch_and_a_reload_changes_nothing(open_tab, make_run, script, source_of):
    script(rate=5)
    run = make_run("run", steps=30, of=100_000)
    driver = open_tab()
    driver.button("Resume from step 30").click()
    driver.sees("Running: step")
    late = open_tab()
    late.sees("You are watching")
    driver.sees("You are in control, 1 watching")
    # Whoever comes late sees all of the history, and both see what is new.
    total = late.until(lambda: [each for each in late.figure("loss linear") or [] if each.get("loss")])[0]
    assert total["step"][:30] == list(range(1, 31))
    for tab in (driver, late):
        first = tab.until(tab.wall)
        tab.until(lambda tab=tab, first=first: tab.wall() != first)
    expect(late.slider("Curvature")).to_be_disabled(timeout=TIMEOUT)
    expect(late.page.get_by_role("button", name="Pause or resume")).to_be_disabled(timeout=TIMEOUT)
    late.press(" ")
    # The steering says so all the time, and now a notification does too.
    expect(late.page.get_by_text("is in control of this run")).to_have_count(2, timeout=TIMEOUT)
    assert run.status().state == "running"

    driver.page.reload()
    driver.sees("You are in control, 1 watching")
    first = driver.until(driver.wall)
    driver.until(lambda: driver.wall() != first)
    late.sees("You are watching")

    driver.button("Hand over control").click()
    late.sees("You are in control, 1 watching")
    driver.sees("You are watching")
    late.steer("Curvature", "End")
    late.sees("applied @ step")
    driver.sees("applied @ step")
    assert run.settings.curvature == -100

    # The one that drives is gone without a word: the seat is free once its session ends.
    late.page.context.close()
    driver.button("Take control").click()
    driver.sees("You are in control")
    assert len(source_of("run").tabs()) == 1


@pytest.mark.slow
def test_sessions_that_end_leave_nothing(open_tab, make_run, source_of):
    make_run("done", steps=20)
    stay = open_tab()
    stay.until(stay.points)
    source = source_of("done")
    tabs = [open_tab() for _ in range(4)]
    for tab in tabs:
        tab.until(tab.points)
    sessions = source.audience.sessions()
    assert len(sessions) == 5
    assert all(isinstance(session, Session) and session.views for session in sessions)
    thread = source._thread
    for tab in [*tabs, stay]:
        tab.page.context.close()
    stay.until(lambda: not source.audience)
    assert not any(session.views for session in sessions)
    assert source.tabs() == []
    assert source.lease.driver is None
    thread.join(TIMEOUT / 1000)
    assert not thread.is_alive()
    again = open_tab()
    again.until(again.points)
    assert len(source.audience) == 1


@pytest.mark.slow
def test_what_one_browser_does_is_shown_to_another_in_its_own_document(open_tab, make_run, monkeypatch):
    make_run("done", steps=20)
    documents = []
    show = Session.show

    def noted(session, *arguments):
        documents.append((pn.state.curdoc, session._calls._document))
        show(session, *arguments)

    monkeypatch.setattr(Session, "show", noted)
    first = open_tab()
    first.until(first.points)
    before = len(documents)
    second = open_tab()
    second.sees("You are watching")
    first.sees("You are in control, 1 watching")
    assert len({document for _, document in documents[before:]}) == 2
    assert [(current, document) for current, document in documents if current is not document] == []


@pytest.mark.slow
def test_a_slow_browser_has_one_frame_in_flight(open_tab, make_run, script, source_of, monkeypatch):
    script(rate=50)
    make_run("run", steps=30, of=100_000)
    in_flight = []
    show = Session.show

    def counted(session, *arguments):
        before = session._link.frame
        show(session, *arguments)
        if session._link.frame > before:
            in_flight.append(session._link.frame - session.painted)

    monkeypatch.setattr(Session, "show", counted)
    monkeypatch.setattr("workbench.core.frame_gate.UNPAINTED_SECONDS", 1e9)
    tab = open_tab()
    tab.button("Resume from step 30").click()
    tab.sees("Running: step")
    slow = tab.page.context.new_cdp_session(tab.page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    (session,) = source_of("run").audience.sessions()
    painted, step = session.painted, session.source.state.step
    tab.until(lambda: session.painted >= painted + 10)
    assert set(in_flight) == {1}
    assert session.source.state.step > step
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    shown = time.monotonic()
    tab.until(lambda: session.painted >= painted + 15)
    assert time.monotonic() - shown < 60
