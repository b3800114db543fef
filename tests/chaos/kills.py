"""Processes that are killed, ended or stopped."""

import signal
import time

from waiting import wait_until

from chaos.plan import Fault
from chaos.stage import PATIENCE

SHOWN = "whoever asks for the run: `hdd runs show`"
KILLED = r"[Kk]illed.*perhaps because memory ran out"
QUIET = r"not heard of since \d\d:\d\d:\d\d: its process is stopped"


def kill(stage, random):
    stage.goes()
    time.sleep(random.uniform(0, 1.5))
    stage.kill()
    return stage.shown()


def kill_early(stage, random):
    stage.kill()
    stage.start()
    # From the import of torch to the first steps.
    time.sleep(random.uniform(0, 6))
    stage.kill()
    # If it came to nothing, the engine before it was killed.
    return stage.shown()


def kill_while_it_checkpoints(stage, random):
    stage.goes()
    stage.flush.write_text("0.5")
    folder = stage.path / "checkpoints"
    wait_until(lambda: [*folder.glob(".*.partial")], PATIENCE)
    stage.kill()
    assert [*folder.glob(".*.partial")], "the kill came too late"
    return stage.shown()


def terminate(stage, random):
    stage.goes()
    time.sleep(random.uniform(0, 1.5))
    stage.stop()
    return stage.shown()


def terminate_then_kill(stage, random):
    """As a service manager does that is not patient enough for the last checkpoint."""
    stage.goes()
    stage.flush.write_text("0.5")
    stage.engine.send_signal(signal.SIGTERM)
    time.sleep(random.uniform(0, 0.5))
    stage.kill()
    return stage.shown()


def hang(stage, random):
    stage.goes()
    with stage.hanging():
        return stage.wait_for_words(QUIET, stage.shown)


FAULTS = [
    Fault("kills", "`kill -9` of an engine that makes steps", kill, SHOWN, KILLED, weight=8),
    Fault("kills", "`kill -9` of an engine that starts", kill_early, SHOWN, KILLED, weight=4),
    Fault(
        "kills", "`kill -9` of an engine that writes a checkpoint", kill_while_it_checkpoints, SHOWN, KILLED, weight=4
    ),
    Fault("kills", "SIGTERM to an engine", terminate, SHOWN, "stopped at step .*", weight=3),
    Fault("kills", "SIGTERM, then `kill -9` within half a second", terminate_then_kill, SHOWN, f"{KILLED}|stopped at"),
    Fault("kills", "an engine that hangs (SIGSTOP) until it is woken", hang, SHOWN, QUIET),
]
