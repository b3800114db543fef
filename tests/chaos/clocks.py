"""Clocks that are set, and machines that sleep. The clock is Python's `time.time` in the engine, see `shim`."""

import sqlite3
import time

from chaos.kills import KILLED, SHOWN
from chaos.plan import Fault

HOUR = 3600
TO_WINTER = 1792890000
"""2026-10-25 01:00 UTC, when clocks in Berlin go from 3:00 back to 2:00."""

GOES_ON = "running at step .*"


def set_clock(stage, random):
    stage.goes()
    for hours in random.choice([(1, 0), (-1, 0), (1, -1, 0), (-1, 1, 0)]):
        stage.clock.write_text(str(hours * HOUR))
        stage.comes_on(5)
    return stage.wait_for_words(GOES_ON, stage.shown)


def change_to_winter_time(stage, random):
    stage.goes()
    stage.clock.write_text(str(TO_WINTER - time.time() - 1))
    time.sleep(2)
    stage.comes_on(5)
    stage.calm()
    return stage.wait_for_words(GOES_ON, stage.shown)


def message_from_the_future(stage, random):
    """An engine in another container, whose clock was an hour ahead, has been killed."""
    stage.goes()
    stage.kill()
    database = sqlite3.connect(stage.path / "run.db")
    with database:
        database.execute("UPDATE engine SET time = ?", (time.time() + HOUR,))
        database.execute("UPDATE process SET machine = 'another'")
    database.close()
    return stage.shown()


def sleep(stage, random):
    stage.goes()
    with stage.hanging():
        time.sleep(random.uniform(1, 3))
        stage.clock.write_text(str(8 * HOUR))
    stage.comes_on(5)
    stage.calm()
    return stage.wait_for_words(GOES_ON, stage.shown)


FAULTS = [
    Fault("clocks", "the clock jumps forward or back by an hour, once or twice", set_clock, SHOWN, GOES_ON, weight=3),
    Fault("clocks", "the change to winter time (Berlin)", change_to_winter_time, SHOWN, GOES_ON, weight=1),
    Fault("clocks", "the last message of a killed engine is from the future", message_from_the_future, SHOWN, KILLED),
    Fault("clocks", "the machine sleeps for eight hours", sleep, SHOWN, GOES_ON),
]
