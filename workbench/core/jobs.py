"""Processes that compute for the page: engines, new runs, evaluations. Free of Panel.

Each is an `hdd` command in a session of its own, so that it outlives the server; its output goes to a file, so that
it never waits for a reader. What it did is in the run's directory; its output only tells how it went before there was
one, and why it ended.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hdd.errors import HDDError, InUseError, InvalidInputError
from hdd.knobs.text import to_text

HDD = (sys.executable, "-m", "hdd.cli")
SPARE_CORES = max(1, (os.cpu_count() or 1) - 1)
"""Threads of an engine that leave a core to the browser and the server: two that wait for each other cost more."""
TAIL = 4000
"""Bytes of a job's output that are kept to tell why it failed."""


class Job:
    """A process that the page started.

    Args:
        command: to run.
        about: what it does, for display.
        run: directory of the run it works on, which a new run may not have yet.
        evaluates: whether it evaluates the run's images, beside whatever the run does.

    Attributes:
        progress: the newest of each thing that it said of itself.
        going: whether it was, when last polled.
    """

    def __init__(self, command: list[str], about: str, run: Path, evaluates: bool = False) -> None:
        self.about = about
        self.evaluates = evaluates
        self.run = run
        self.going = True
        self.progress: dict[str, Any] = {}
        self._output = tempfile.TemporaryFile("w+b")  # noqa: SIM115 (closed once all of it is read)
        self._part = self._tail = b""
        self._read = 0
        self._started = time.monotonic()
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
        """Of the process."""
        return self._process.pid

    def poll(self) -> bool:
        """Takes in what the process printed; returns whether it is still going."""
        if self._output.closed:
            return False
        self.going = self._process.poll() is None
        # The file's position is shared with the process that writes, so it is read without moving it.
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
        if not self.going:
            self._output.close()
        return self.going

    @property
    def failure(self) -> str | None:
        """Why it ended badly, once `poll` was false; None if all went well."""
        code = self._process.returncode
        if code in (0, None):
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
        """Seconds until `total` at the pace so far, None while nothing is `done`."""
        return (time.monotonic() - self._started) * (total - done) / done if done else None

    def stop(self) -> None:
        """Asks the process to end."""
        if self._process.poll() is None:
            self._process.terminate()


class Engines:
    """Starts processes on the runs of one folder.

    Args:
        root: folder that holds the runs; nothing is started on a run outside of it.
        command: that stands for `hdd`; tests put a scripted engine here.

    Attributes:
        jobs: that were started and may still go.
    """

    def __init__(self, root: Path, command: tuple[str, ...] = HDD) -> None:
        self.root = root.resolve()
        self.jobs: list[Job] = []
        self._command = command

    def directory(self, name: str) -> Path:
        """Where a run called `name` lies or would lie.

        Raises:
            HDDError: the name is empty, or would lead out of the root.
        """
        if not re.fullmatch(r"[^/\\\0]{1,100}", name) or name.startswith(".") or name != name.strip():
            raise InvalidInputError(
                f"{name!r} cannot name a run: give up to 100 characters without / and \\, not starting with a dot."
            )
        return self.root / name

    def distill(self, name: str, settings: Mapping[str, Any], preset: str, share: bool = False) -> Job:
        """Makes a new run and its engine.

        Args:
            name: of the run's directory in the root.
            settings: knobs that are to differ from the preset.
            preset: of `hdd.settings.PRESETS`.
            share: go at once beside other engines on the device, instead of after them.

        Raises:
            HDDError: a name that is not allowed, or taken.
        """
        run = self.directory(name)
        if run.exists():
            raise InUseError(f"There is a run called {name!r} already: give another name.")
        self.root.mkdir(parents=True, exist_ok=True)
        sets = [f"--set={knob}={to_text(value)}" for knob, value in settings.items()]
        command = [
            *self._command,
            "distill",
            "--out",
            str(run),
            "--preset",
            preset,
            *sets,
            "--json-lines",
            *([] if share else ["--queue"]),
        ]
        return self._start(command, "the new run", run)

    def resume(self, run: Path, steps: int | None = None, share: bool = False) -> Job:
        """Starts an engine on an existing run; `steps` gives it more."""
        more = [] if steps is None else ["--steps", str(steps)]
        command = [*self._command, "resume", str(run), *more, *([] if share else ["--queue"]), "--json"]
        return self._start(command, "the engine", run)

    def evaluate(self, run: Path, step: int, protocol: str) -> Job:
        """Evaluates the images kept at `step` by `protocol`, beside whatever the run does."""
        command = [*self._command, "evaluate", str(run), "--step", str(step), "--protocol", protocol, "--json-lines"]
        return self._start(command, f"the {protocol} evaluation at step {step}", run, evaluates=True)

    def _start(self, command: list[str], about: str, run: Path, evaluates: bool = False) -> Job:
        self.jobs = [job for job in self.jobs if job.poll()]
        job = Job(command, about, run, evaluates)
        self.jobs.append(job)
        return job

    def going(self, run: Path) -> list[Job]:
        """The processes that were started here on a run and still go."""
        return [job for job in self.jobs if job.run == run and job.poll()]

    def datasets(self) -> list[dict[str, Any]]:
        """The data sets that can be distilled, as `hdd datasets --json` lists them; it takes some seconds.

        Raises:
            HDDError: they could not be listed.
        """
        try:
            listed = subprocess.run(
                [*HDD, "datasets", "--json"], capture_output=True, text=True, timeout=60, check=True
            )
            return json.loads(listed.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise HDDError(f"The data sets could not be listed: {error}") from None
