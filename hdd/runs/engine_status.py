"""What is known from outside of the engine of a run. Does not import torch."""

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from hdd.records import EngineStatus
from hdd.runs.liveness import ProcessId, is_at, machine
from hdd.states import EngineState

_QUERY = (
    "SELECT engine.*, machine, started, (SELECT value FROM meta WHERE key = 'place') AS place"
    " FROM engine LEFT JOIN process ON process.pid = engine.pid"
)

QUIET_SECONDS = 5.0
"""An engine writes its status twice a second, or after each step if that takes longer. After this time it is quiet."""

QUIET_STEPS = 5
"""An engine of slow steps is quiet only after the time of so many of them."""

KILLED = "the engine ended without a message: its process was killed, perhaps because memory ran out"

advanced_here: set[Path] = set()
"""Directories of the runs that this process is advancing, see `hdd.runs.run.Run.advancing`."""


def engine_status(run: Path, ask: Callable[[str], list[sqlite3.Row]]) -> EngineStatus | None:
    """The state of the engine of a run; None if it never had one.

    Args:
        run: its directory.
        ask: returns what a query finds in its database.
    """
    rows = ask(_QUERY)
    if not rows:
        return None
    row = rows[0]
    while (state := EngineState(row["state"])).is_alive and not _process_lives(run, row):
        # It may have ended and written so after its row was read.
        before, row = row, ask(_QUERY)[0]
        if row == before:
            state = EngineState.KILLED
            break
    if state != EngineState.KILLED:
        message = "; ".join(filter(None, [row["message"], _quiet(state, row)]))
    elif (original := _copied_from(run, row)) and _process_of(row).is_alive(row["time"]):
        message = f"this directory is a copy and has no engine: the one that was copied with it advances {original}"
    else:
        message = KILLED
    return EngineStatus(state, row["step"], row["steps_per_second"], message, row["pid"], row["time"])


def _quiet(state: EngineState, row: sqlite3.Row) -> str:
    """Since when an engine on this machine has been quiet, and what that can mean; "" if it is not."""
    if not state.takes_edits or row["machine"] != machine():
        return ""
    patience = max(QUIET_SECONDS, QUIET_STEPS / (row["steps_per_second"] or QUIET_STEPS))
    # If the clock was set back, the last message is in the future.
    if abs(time.time() - row["time"]) < patience:
        return ""
    since = time.strftime("%H:%M:%S", time.localtime(row["time"]))
    return f"not heard of since {since}: its process is stopped, or waits for the disk, or its step takes long"


def _process_lives(run: Path, row: sqlite3.Row) -> bool:
    """Whether the process that wrote a row of the table `engine` is still advancing the run."""
    if row["pid"] == os.getpid() and row["host"] == socket.gethostname():
        return run.resolve() in advanced_here
    return _process_of(row).is_alive(row["time"]) and not _copied_from(run, row)


def _process_of(row: sqlite3.Row) -> ProcessId:
    # An engine of the first schema records only the name of its host.
    where = row["machine"] or (machine() if row["host"] == socket.gethostname() else row["host"])
    return ProcessId(row["pid"], where, row["started"])


def _copied_from(run: Path, row: sqlite3.Row) -> str:
    """The directory that the process of a row advances, if that is not `run`, so far as is known; else "".

    Elsewhere directories have other numbers and paths, so that nothing is known.
    """
    place = json.loads(row["place"] or "null")
    if row["machine"] != machine() or place is None or place["process"] != [row["pid"], row["started"]]:
        return ""
    try:
        return "" if is_at(run, place) else place["path"]
    except OSError:
        return ""
