"""When frames go out. The clock is the test's."""

import asyncio
from dataclasses import replace

import pytest

from workbench.core.frame_gate import (
    FRAMES_PER_SECOND,
    FULL_SECONDS,
    HOLD_SECONDS,
    LEAST_FRAMES_PER_SECOND,
    LONGEST_FULL_SECONDS,
    SPARE_CORES,
    UNPAINTED_SECONDS,
    FrameGate,
    News,
)
from workbench.core.turns import ROUND_SECONDS, SHARE, Turns

FIRST = News(content=0, asked="nothing", look="look")
APART = 1 / FRAMES_PER_SECOND


@pytest.fixture
def gate():
    """A gate whose first frame went out at 100 s and was painted."""
    gate = FrameGate()
    assert gate.wait(100.0, FIRST, listens=True) == 0
    assert gate.admit(100.0, FIRST) is True
    gate.painted = gate.sent
    return gate


def news(content, **changes):
    return replace(FIRST, content=content, **changes)


def test_one_frame_is_on_its_way(gate):
    assert gate.admit(100.2, news(1)) is False
    assert gate.sent == 2
    assert gate.wait(100.4, news(2), listens=True) is None
    gate.painted = 2
    assert gate.wait(100.4, news(2), listens=True) == 0


def test_a_frame_that_is_never_painted_is_waited_for_only_so_long(gate):
    gate.admit(100.2, news(1))
    late = 100.2 + UNPAINTED_SECONDS
    assert gate.wait(late - 0.01, news(2), listens=True) is None
    assert gate.wait(late + 0.01, news(2), listens=True) == 0
    # Before a browser has said that it is there, whatever is sent may be dropped.
    assert gate.wait(late + 1000, news(2), listens=False) is None


def test_a_browser_that_reads_nothing_is_sent_ever_less(gate):
    sent = gate.sent
    for second in range(100, 100 + 3600):
        if gate.wait(float(second), news(second), listens=True) == 0:
            gate.admit(float(second), news(second))
    assert gate.sent - sent == 10
    gate.painted = gate.sent
    assert gate.wait(4000.0, news(0), listens=True) == 0


def test_frames_keep_their_distance(gate):
    assert gate.wait(100.01, news(1), listens=True) == pytest.approx(APART - 0.01)
    assert gate.wait(100.0 + APART + 1e-9, news(1), listens=True) == 0


def test_sessions_take_turns_and_leave_the_server_time_for_others():
    turns = Turns()
    gates = [FrameGate(0, turns) for _ in range(30)]
    for gate in gates:
        gate.admit(100.0, FIRST)
        gate.painted = gate.sent
    for _ in range(200):
        turns.spent(100.5, 0.01)
    waits = [gate.wait(101.0, news(1), listens=True) for gate in gates]
    assert waits == pytest.approx([0.01 / SHARE * place for place in range(30)], abs=1e-6)
    # Who waits keeps the turn, and gives it back with the frame.
    assert gates[7].wait(101.05, news(2), listens=True) == pytest.approx(waits[7] - 0.05)
    assert gates[0].admit(101.0, news(1))
    gates[0].painted = gates[0].sent
    assert gates[0].wait(102.0, news(2), listens=True) == pytest.approx(0)
    # If something else held up the server, several turns have come; still others have their time between the frames.
    turns.spent(102.0, 0.25)
    assert gates[1].wait(102.0, news(2), listens=True) == pytest.approx(0.25)
    # What a user asks for is answered at once.
    assert gates[29].wait(101.05, news(1, asked="something"), listens=True) == 0


def test_even_an_answer_waits_while_the_event_loop_has_not_turned_to_others():
    turns = Turns()
    gate = FrameGate(0, turns)

    async def rounds():
        turns.worked()
        waits = [gate.wait(100.0, news(1, asked="something"), listens=True)]
        await asyncio.sleep(0)
        return [*waits, gate.wait(100.0, news(1, asked="something"), listens=True)]

    async def ended():
        turns.worked()

    assert asyncio.run(rounds()) == [ROUND_SECONDS, 0]
    # What was done in a loop that has ended holds nothing up.
    asyncio.run(ended())
    assert asyncio.run(rounds()) == [ROUND_SECONDS, 0]
    assert gate.wait(100.0, news(1, asked="something"), listens=True) == 0


def test_nothing_is_sent_twice_and_texts_that_are_owed_once(gate):
    assert gate.admit(100.1, news(1)) is False
    assert gate.admit(100.2, news(1)) is None
    assert gate.admit(100.1 + FULL_SECONDS, news(1)) is True
    assert gate.admit(100.2 + 2 * FULL_SECONDS, news(1)) is None


def test_texts_come_more_rarely_while_the_machine_is_busy(gate):
    for _ in range(20):
        gate.make_room(idle_cores=0)
    assert gate.admit(100.0 + 2 * FULL_SECONDS, news(1)) is False
    assert gate.admit(100.01 + LONGEST_FULL_SECONDS, news(2)) is True


def test_frames_come_more_rarely_while_the_machine_is_busy(gate):
    def apart():
        return gate.wait(100.0, news(1), listens=True)

    gate.make_room(idle_cores=SPARE_CORES / 2)
    assert apart() == pytest.approx(1.25 * APART)
    # Whoever asks for something is answered at once.
    assert gate.wait(100.0, news(1, asked="a knob"), listens=True) == 0
    for _ in range(20):
        gate.make_room(idle_cores=0)
    assert apart() == pytest.approx(1 / LEAST_FRAMES_PER_SECOND)
    assert gate.full_seconds == LONGEST_FULL_SECONDS
    for _ in range(20):
        gate.make_room(idle_cores=2 * SPARE_CORES)
    assert apart() == pytest.approx(APART)
    assert gate.full_seconds == FULL_SECONDS


@pytest.mark.parametrize("change", [{"asked": "a knob"}, {"look": "another"}])
def test_an_answer_does_not_wait_its_turn(gate, change):
    assert gate.wait(100.01, news(1, **change), listens=True) == 0


def test_what_is_awaited_is_not_held_up_by_frames_before_it(gate):
    for waiting in ({"awaited": True}, {"next_look": "another"}):
        held = 200.0
        assert gate.wait(held, news(1, **waiting), listens=True) == pytest.approx(HOLD_SECONDS)
        assert gate.wait(held + 0.1, news(2, **waiting), listens=True) == pytest.approx(HOLD_SECONDS - 0.1)
        assert gate.wait(held + HOLD_SECONDS + 0.01, news(3, **waiting), listens=True) == 0
        assert gate.wait(held + HOLD_SECONDS + 0.02, news(4), listens=True) == 0


def test_the_same_disk_on_its_way_again_holds_nothing(gate):
    assert gate.wait(200.0, news(1, next_look="look"), listens=True) == 0


def test_nothing_new_does_not_go(gate):
    assert gate.admit(100.1, FIRST) is None
    assert gate.sent == 1


def test_full_frames_come_twice_a_second_and_when_something_was_asked_for(gate):
    assert gate.admit(100.1, news(1)) is False
    assert gate.owes_words
    assert gate.admit(100.2, news(2, asked="a knob")) is True
    assert not gate.owes_words
    assert gate.admit(100.3, news(3, asked="a knob")) is False
    assert gate.admit(100.3 + FULL_SECONDS, news(4, asked="a knob")) is True


def test_a_gate_goes_on_counting_from_what_went_before():
    gate = FrameGate(sent=7)
    assert gate.wait(100.0, FIRST, listens=True) == 0
    gate.admit(100.0, FIRST)
    assert (gate.sent, gate.painted) == (8, 7)
