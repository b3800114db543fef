"""A process that the page started: its progress, its results, and why it failed."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Hashable
from enum import Enum, auto
from pathlib import Path
from typing import Any

TAIL = 4000
"""Bytes at the end of a job's output that are kept, to show why it failed."""


class JobKind(Enum):
    """What a process does: it advances a run, evaluates images of a run, or inspects or audits a distilled set."""

    ENGINE = auto()
    EVALUATION = auto()
    INSPECTION = auto()
    AUDIT = auto()


class Job:
    """A process that the page started.

    Args:
        command: the command line.
        about: what the process does, as the beginning of a sentence.
        run: directory of the run that it works on, or path of the set; that of a new run need not exist yet.
        kind: what it does.
        question: what it is to find out, for those who wait for its result.

    Attributes:
        progress: the newest value of each figure that the process has printed.
        results: the results that it has printed, of which an evaluation has one for each architecture.
        going: whether the process was running when it was last polled.
    """

    def __init__(self, command: list[str], about: str, run: Path, kind: JobKind, question: Hashable = None) -> None:
        self.command = command
        self.about = about
        self.kind = kind
        self.question = question
        self.run = run
        self.going = True
        self.progress: dict[str, Any] = {}
        self.results: list[dict[str, Any]] = []
        self._output = tempfile.TemporaryFile("w+b")  # noqa: SIM115 (closed once all of it is read)
        self._part = self._tail = b""
        self._read = 0
        self._started = time.monotonic()
        self._first: tuple[int, float] | None = None
        """The first progress that the process had printed when it was looked at, and when that was."""
        self._part_of_pace: str | None = None
        self._pace: float | None = None
        """Seconds that each further unit of progress has taken so far."""
        self._is_cancelled = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
            env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
        )

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def poll(self) -> bool:
        """Reads what the process has printed; returns whether it is still running."""
        if self._output.closed:
            return False
        self.going = self._process.poll() is None
        # The writing process shares the position in the file, so reading must not move it.
        while block := os.pread(self._output.fileno(), 65536, self._read):
            self._read += len(block)
            self._tail = (self._tail + block)[-TAIL:]
            *lines, self._part = (self._part + block).split(b"\n")
            for line in lines:
                try:
                    message = json.loads(line)
                except ValueError:
                    continue
                if isinstance(message, dict):
                    self.progress |= message
                    self.results += [message["result"]] if "result" in message else []
        self._measure_pace()
        if not self.going:
            self._output.close()
        return self.going

    def _measure_pace(self) -> None:
        """Measures the pace from the first progress on: what came before, such as loading PyTorch, says nothing.

        Each architecture of an evaluation has a pace of its own.
        """
        done, now, part = self.progress.get("done"), time.monotonic(), self.progress.get("architecture")
        if done is None:
            return
        if self._first is None or part != self._part_of_pace:
            self._first, self._pace, self._part_of_pace = (done, now), None, part
        elif done > self._first[0]:
            self._pace = (now - self._first[1]) / (done - self._first[0])

    @property
    def failure(self) -> str | None:
        """Why the process failed, once `poll` has returned False; None if it succeeded, or was cancelled."""
        code = self._process.returncode
        if code in (0, None) or self.cancelled:
            return None
        if "error" in self.progress:
            return str(self.progress["error"])
        if code < 0:
            name = signal.Signals(-code).name
            memory = "; the system may have run out of memory" if -code == signal.SIGKILL else ""
            return f"{self.about} was terminated ({name}){memory}."
        tail = self._tail.decode(errors="replace").strip()
        last = tail.splitlines()[-1] if tail else "no message"
        return f"{self.about} ended with code {code}: {last}"

    def time_left(self, done: int, total: int) -> float | None:
        """Seconds until `total` is reached at the pace so far, None while nothing is `done` or no pace is known."""
        if not done or (self._pace is None and self.going):
            return None
        return (total - done) * (self._pace or (time.monotonic() - self._started) / done)

    def stop(self) -> None:
        """Asks the process to end."""
        if self._process.poll() is None:
            self._process.terminate()

    def cancel(self) -> None:
        """Ends the process on behalf of the user, so that this does not count as a failure."""
        self._is_cancelled = True
        self.stop()

    @property
    def cancelled(self) -> bool:
        """Whether the process was cancelled before it had finished, once `poll` has returned False."""
        return self._is_cancelled and self._process.returncode != 0
