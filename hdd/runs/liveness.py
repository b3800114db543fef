"""Finds out whether the process that advances a run still lives, without holding anything that others could see.

A process is identified by its number, the machine on which that number is valid, and the time at which it started.
docs/decisions/0011-an-engine-is-known-by-its-process.md says why the run's lock is not used for this.
"""

import os
import socket
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SILENT_SECONDS = 60.0
"""If the process of an engine cannot be looked at, the engine counts as dead after this time without a message."""


@dataclass(frozen=True)
class ProcessId:
    """Identifies a process uniquely, for all time.

    Attributes:
        pid: its number.
        machine: where the number is valid, see `machine`.
        started: clock ticks from the start of the machine to the start of the process; None if the system does not say.
    """

    pid: int
    machine: str
    started: int | None

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        """The process that has the number `pid` on this machine now."""
        return cls(pid, machine(), _started(pid))

    def is_alive(self, heard: float) -> bool:
        """Whether the process lives. A stopped process (SIGSTOP) lives; a zombie does not.

        Args:
            heard: when it last wrote its status, in seconds since the epoch. For a process on another machine or in
                another container, and on Windows, only this decides.
        """
        if self.machine != machine() or sys.platform == "win32":
            # If the clock was set back, the last message is in the future. That must not count as life.
            return abs(time.time() - heard) < SILENT_SECONDS
        if sys.platform == "linux":
            started = _started(self.pid)
            return started is not None and self.started in (None, started)
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True


def place_of(run: Path) -> dict[str, Any]:
    """Which directory a run is in, JSON-compatible: a copy of it is another one, and after a rename it is the same."""
    about = run.stat()
    return {"path": str(run.resolve()), "device": about.st_dev, "inode": about.st_ino}


def is_at(run: Path, place: dict[str, Any]) -> bool:
    """Whether a run is in the directory that `place_of` described."""
    # A mount elsewhere has another path, and some network file systems give new numbers to the same directory.
    now = place_of(run)
    return now["path"] == place["path"] or (now["device"], now["inode"]) == (place["device"], place["inode"])


@cache
def machine() -> str:
    """This machine since its last start, and on Linux the container if it numbers its own processes."""
    facts = [socket.gethostname()]
    if sys.platform == "linux":
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        facts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(facts)


def _started(pid: int) -> int | None:
    """When a process started; None if it does not exist or is a zombie, or if the system does not say."""
    try:
        # After the name, which can contain any character: the state, 18 numbers, and the start time.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZXx" else int(fields[19])
