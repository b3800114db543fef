"""A tab is built when it is first shown, and fed only while it is visible."""

import asyncio
from functools import partial

import pytest
from session_parts import StillSource
from step_count_tab import TAB, StepCount

from workbench.build_queue import BuildQueue
from workbench.tabs.base import Tab, TabContent, TabContext
from workbench.tabs.pages import TabPages
from workbench.theme import Text


@pytest.fixture
def source(make_run):
    run = make_run(steps=40)
    source = StillSource(run.path)
    source.read_all()
    return source


@pytest.fixture
def first():
    """A tab with nothing in it."""
    return Tab("first", "First", lambda context: TabContent(Text("first"), []))


@pytest.fixture
def pages(session, first):
    StepCount.made.clear()
    queue = BuildQueue(None, is_loaded=True)
    pages = TabPages([first, TAB], TabContext(session, None, list), queue.extend)
    session.views.append(pages)
    queue.extend(pages.open("first"))
    return pages


def frames():
    (view,) = StepCount.made
    return len(view.frames)


def test_a_tab_is_built_when_it_is_first_shown_and_once(pages):
    assert StepCount.made == []
    pages.strip.active = 1
    (view,) = StepCount.made
    assert pages.shown == "step-count"
    assert pages.place.select(Text)[0].object == "40 steps were made."
    pages.strip.active = 0
    assert [each.object for each in pages.place.select(Text)] == ["first"]
    pages.strip.active = 1
    assert StepCount.made == [view]


def test_a_hidden_tab_is_not_fed_and_is_up_to_date_at_once_when_it_returns(pages, session):
    pages.strip.active = 1
    session.refresh()
    session.show()
    assert (fed := frames()) == 2
    pages.strip.active = 0
    session.source.put(step=30)
    session.show()
    assert frames() == fed
    pages.strip.active = 1
    (view,) = StepCount.made
    assert frames() == fed + 1
    assert (view.frames[-1].step, view.frames[-1].full) == (30, True)


def test_a_tab_whose_needs_are_not_met_says_so_and_is_built_once_they_are(pages, session):
    session.source.put(step=0)
    pages.strip.active = 1
    assert pages.place.select(Text)[0].object == "Step count needs a run that has made at least one step."
    assert StepCount.made == []
    session.source.put(step=1)
    session.show()
    assert pages.place.select(Text)[0].object == "1 steps were made."


def test_a_view_that_is_made_while_its_tab_is_hidden_is_fed_when_it_returns(session, first):
    StepCount.made.clear()
    waiting = []
    pages = TabPages([first, TAB], TabContext(session, None, list), waiting.extend)
    pages.open("first")
    pages.strip.active = 1
    pages.strip.active = 0
    (build,) = waiting
    assert len([*build()]) == 2
    assert frames() == 0
    pages.strip.active = 1
    assert frames() == 1


def test_parts_are_made_stage_by_stage_and_until_a_browser_is_there_the_first_alone():
    built, document = [], Later()
    queue = BuildQueue(document, is_loaded=False)

    def part(name):
        def build():
            built.append(f"{name}1")
            yield
            built.append(f"{name}2")

        return build

    queue.extend([part(name) for name in "abc"])
    assert built == []
    document.turn()
    assert built == ["a1"]
    document.run()
    assert built == ["a1", "a2"]
    queue.load()
    document.run()
    queue.extend([part("d")])
    document.run()
    assert built == [f"{name}{stage}" for name in "abcd" for stage in "12"]
    queue.extend([part("e"), part("f")])
    document.turn()
    queue.close()
    document.run()
    assert built[8:] == ["e1"]


def test_no_two_parts_are_made_in_the_same_round_of_the_event_loop():
    made = []

    def part(name):
        made.append(name)
        yield

    async def rounds():
        loop, seen = asyncio.get_running_loop(), []
        document = Rounds(loop)
        for name in "ab":
            BuildQueue(document, is_loaded=True).extend([partial(part, name)])
        while len(made) < 2:
            await asyncio.sleep(0)
            seen.append(len(made))
        return seen

    seen = asyncio.run(rounds())
    assert made == ["a", "b"]
    assert set(seen) == {1, 2}


class Rounds:
    """A document that calls as an event loop does."""

    def __init__(self, loop):
        self.add_next_tick_callback = loop.call_soon
        self.add_timeout_callback = lambda callback, milliseconds: loop.call_later(milliseconds / 1000, callback)


class Later:
    """A document whose callbacks wait until the test runs them."""

    def __init__(self):
        self.waiting = []

    def add_next_tick_callback(self, callback):
        self.waiting.append(callback)

    def turn(self):
        waiting, self.waiting = self.waiting, []
        for callback in waiting:
            callback()

    def run(self):
        while self.waiting:
            self.turn()
