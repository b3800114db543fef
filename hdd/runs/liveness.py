"""Whether the process that advances a run still lives, asked without holding anything that others could see.

A process is known by its number, the machine on which that number means something, and the time at which it started.
docs/decisions/0011-an-engine-is-known-by-its-process.md says why the run's lock is not asked.
"""

import os
import socket
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SILENT_SECONDS = 60.0
"""After so long without a word an engine counts as dead where its process cannot be looked at."""


@dataclass(frozen=True)
class ProcessId:
    """A process, told apart from every other one at any time.

    Attributes:
        pid: its number.
        machine: where the number means something, see `machine`.
        started: clock ticks from the machine's start to its own; None where the system does not say.
    """

    pid: int
    machine: str
    started: int | None

    @classmethod
    def of(cls, pid: int) -> "ProcessId":
        """The process that has a number on this machine now."""
        return cls(pid, machine(), _started(pid))

    def is_alive(self, heard: float) -> bool:
        """Whether the process lives; a stopped one (SIGSTOP) does, a zombie does not.

        Args:
            heard: when it last spoke, seconds since the epoch. On another machine, in another container, and on
                Windows this decides alone.
        """
        if self.machine != machine() or sys.platform == "win32":
            return time.time() - heard < SILENT_SECONDS
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


@cache
def machine() -> str:
    """The machine since it was started, and on Linux the container as far as it numbers processes by itself."""
    facts = [socket.gethostname()]
    if sys.platform == "linux":
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip())
        facts.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(facts)


def _started(pid: int) -> int | None:
    """When a process started; None where there is none, it is a zombie, or the system does not say."""
    try:
        # Behind the name, which can hold anything: state, then 18 numbers, then the start.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZXx" else int(fields[19])
