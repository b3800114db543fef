"""Turns on a device: engines that are told to queue run one at a time, in the order in which they came.

Every engine holds a ticket, which consists of two files. N.lock is locked by the engine's process, so that the system
frees it however the process ends; N.json says which process that is. A guard lock is held during the short times in
which tickets are made, looked at or removed. This module does not import torch.
"""

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from hdd.errors import HDDError
from hdd.paths import cache_folder
from hdd.runs.run import HEARTBEAT_SECONDS, Run
from hdd.runs.signals import StopSignal
from hdd.runs.storage import explain_storage_errors
from hdd.states import Command, EditStatus, EngineState

POLL_SECONDS = 0.2


class Ticket:
    """A place in the queue for a device; it is held until it is released or its process ends.

    Args:
        device: name of the device; engines on this machine that give the same name are in the same queue.
        run: directory of the run that needs the device.

    Raises:
        OSError: the folder of tickets cannot be written.
    """

    def __init__(self, device: str, run: Path) -> None:
        self.device = device
        # Several machines can share a home folder, but each machine has its own devices.
        self._folder = cache_folder() / "queue" / f"{socket.gethostname()}-{device}"
        with self._guard():
            self._number = max(self._numbers(), default=0) + 1
            self._lock = FileLock(self._file(self._number, "lock"))
            self._lock.acquire(timeout=0)
            holder = {"run": str(run.resolve()), "pid": os.getpid()}
            self._file(self._number, "json").write_text(json.dumps(holder))

    def _guard(self) -> FileLock:
        self._folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self._folder / "guard")

    def _file(self, number: int, kind: str) -> Path:
        return self._folder / f"{number:09d}.{kind}"

    def _numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.lock"))

    def _clear(self, number: int) -> None:
        for kind in ("json", "lock"):
            self._file(number, kind).unlink(missing_ok=True)

    def ahead(self) -> list[str]:
        """The living engines with an earlier ticket, the earliest first, as "RUN (process PID)".

        A paused engine is left out, since it should not hold up the others. When it continues, it shares the device.
        """
        holders = []
        with self._guard():
            for number in self._numbers():
                if number >= self._number:
                    break
                try:
                    with FileLock(self._file(number, "lock")).acquire(timeout=0):
                        self._clear(number)
                except Timeout:
                    holder = json.loads(self._file(number, "json").read_text())
                    if not _is_paused(holder["run"]):
                        holders.append(f"{holder['run']} (process {holder['pid']})")
        return holders

    def release(self) -> None:
        """Gives up the place.

        Raises:
            OSError: the folder of tickets cannot be written.
        """
        with self._guard():
            self._lock.release()
            self._clear(self._number)


def _is_paused(path: str) -> bool:
    with suppress(HDDError, sqlite3.Error):
        run = Run(path)
        state = run.status().state
        run.close()
        return state == EngineState.PAUSED
    return False


def wait_for_turn(run: Run, ticket: Ticket, stop: StopSignal, on_wait: Callable[[str], None] | None = None) -> bool:
    """Waits until no living engine has an earlier ticket; until then the state of the run is "queued".

    Args:
        run: the run that waits; the caller holds its lock.
        ticket: its place in the queue.
        stop: ends the wait once it has been received. In the inbox, the command `stop` does so too, and a `go` that
            comes while the run waits has it share the device with those before it; all other edits stay pending.
        on_wait: called with what the run is waiting for, whenever that changes.

    Returns:
        True if the run may go on; False if it was stopped, which is then recorded in the run.

    Raises:
        HDDError: the disk is full, or the run was removed.
    """
    told, heartbeat = "", 0.0
    with explain_storage_errors(run):
        while ahead := ticket.ahead():
            pending = run.pending()
            stops, goes = ([edit for edit in pending if edit.name == name] for name in (Command.STOP, Command.GO))
            if stops or stop.received:
                for edit in stops:
                    run.decide(edit, EditStatus.APPLIED, run.step)
                run.end(EngineState.STOPPED, f"stopped while it was waiting for {ticket.device}")
                return False
            if goes:
                for edit in goes:
                    run.decide(edit, EditStatus.APPLIED, run.step)
                return True
            others = f" and {len(ahead) - 1} more" if ahead[1:] else ""
            message = f"waiting for {ticket.device}, which is used by {ahead[0]}{others}"
            if message != told or time.monotonic() > heartbeat:
                run.write_status(EngineState.QUEUED, run.step, 0.0, message)
                heartbeat = time.monotonic() + HEARTBEAT_SECONDS
            if message != told and on_wait is not None:
                on_wait(message)
            told = message
            time.sleep(POLL_SECONDS)
    return True
