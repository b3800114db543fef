"""Processes that compute for the page: engines, new runs, evaluations, inspections of sets.

Each is an `hdd` command in a process session of its own, so that it outlives the server. Its output goes to a file, so
that it never waits for a reader. The results are in the run's directory; the output is only needed for the progress
before that exists, and for the reason of a failure.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Hashable, Mapping, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Any

from hdd.errors import HDDError, InUseError
from hdd.knobs.text import to_text
from hdd.networks import DEFAULT
from hdd.runs.places import check_name

HDD = (sys.executable, "-m", "hdd")
SPARE_CORES = max(1, (os.cpu_count() or 1) - 1)
"""Threads for an engine that leave one core to the browser and the server; competing for that core would cost more."""
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


def of_set(dataset: str, read_as: Sequence[str], image_size: int | None) -> list[str]:
    """The options by which commands read a set that is no run.

    Args:
        dataset: name of the data set that it was distilled from.
        read_as: how it is read, as texts NAME=VALUE.
        image_size: side to which the images of a folder are resized; None keeps theirs.
    """
    size = [] if image_size is None else ["--image-size", str(image_size)]
    return ["--dataset", dataset, *size, *(f"--as={text}" for text in read_as)]


class Engines:
    """Starts processes on the runs of one folder.

    Args:
        root: folder of the runs; a new run is always made in it.
        command: the command that is run as `hdd`; tests pass a scripted engine.

    Attributes:
        jobs: the processes that were started and may still be running.
        audits: what audits found, by what they were asked.
    """

    def __init__(self, root: Path, command: tuple[str, ...] = HDD) -> None:
        self.root = root.resolve()
        self.jobs: list[Job] = []
        self.audits: dict[Hashable, dict[str, Any]] = {}
        self._command = command

    def directory(self, name: str) -> Path:
        """The directory of the run called `name`, whether it exists or not.

        Raises:
            HDDError: the name is not allowed: it is empty or too long, or would lead out of the root.
        """
        check_name(name)
        return self.root / name

    def distill(
        self,
        name: str,
        settings: Mapping[str, Any],
        preset: str,
        share: bool = False,
        initial: Path | None = None,
        read_as: Sequence[str] = (),
    ) -> Job:
        """Starts a process that makes a new run and advances it.

        Args:
            name: of the run's directory in the root.
            settings: the knobs that differ from the preset.
            preset: a key of `hdd.settings.PRESETS`.
            share: whether to run in parallel with other engines on the device; otherwise the run queues.
            initial: a distilled set from whose images the run starts, or RUN@STEP; None starts as the knob `init` says.
            read_as: how that set is read, as texts NAME=VALUE.

        Raises:
            HDDError: the name is not allowed, or is taken.
        """
        run = self.directory(name)
        if run.exists():
            raise InUseError(f"There is a run called {name!r} already: choose another name.")
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
            *([] if initial is None else ["--init", str(initial), *(f"--as={text}" for text in read_as)]),
            "--json-lines",
            *([] if share else ["--queue"]),
        ]
        return self._start(command, "The new run", run)

    def resume(self, run: Path, steps: int | None = None, share: bool = False) -> Job:
        """Starts an engine on an existing run.

        Args:
            run: its directory.
            steps: the new number of steps of the run, None to leave it.
            share: as in `distill`.
        """
        more = [] if steps is None else ["--steps", str(steps)]
        command = [*self._command, "resume", str(run), *more, *([] if share else ["--queue"]), "--json"]
        return self._start(command, "The engine", run)

    def evaluate(
        self, run: Path, steps: Sequence[int] | None, protocol: str, architectures: Sequence[str] = (DEFAULT,)
    ) -> Job:
        """Starts a process that evaluates images of a run by `protocol`, independently of the engine.

        Args:
            run: its directory.
            steps: the kept steps whose images are evaluated, one or more, one after another; None evaluates random real
                images, the baseline.
            protocol: a key of `hdd.protocol.PROTOCOLS`.
            architectures: names in `hdd.networks.NETWORKS`, one or more; or "all" for all that fit the images.
        """
        what = ["--baseline", "random"] if steps is None else ["--steps", ",".join(map(str, steps))]
        trained = [] if [*architectures] == [DEFAULT] else ["--architectures", ",".join(architectures)]
        command = [*self._command, "evaluate", str(run), *what, "--protocol", protocol, *trained, "--json-lines"]
        which = "" if steps is None else f"step {steps[0]}" if len(steps) == 1 else f"{len(steps)} steps"
        about = f"The {protocol} evaluation of {which}" if which else f"The {protocol} baseline"
        if trained:
            about += f" by {'all architectures' if 'all' in architectures else ', '.join(architectures)}"
        return self._start(command, about, run, JobKind.EVALUATION)

    def inspect(self, path: Path, dataset: str, read_as: Sequence[str], image_size: int | None = None) -> Job:
        """Starts a process that compares a set with its data set, or finds the one that is doing so already.

        Args:
            path: of the set.
            dataset: name of the data set.
            read_as: how the set is read, as texts NAME=VALUE.
            image_size: side to which the images of a folder are resized; None keeps theirs.
        """
        given = of_set(dataset, read_as, image_size)
        command = [*self._command, "inspect", str(path), *given, "--json-lines"]
        same = [job for job in self.going(path) if job.command == command]
        return same[0] if same else self._start(command, "The check of the set", path, JobKind.INSPECTION)

    def audit(self, path: Path, step: int | None, network: str, given: Sequence[str] = ()) -> Job:
        """Starts a process that audits a set, independently of any engine.

        Args:
            path: directory of a run, or path of a set.
            step: a kept step of the run; None for a set.
            network: through which it looks at features, "random" or "trained".
            given: options of a set, see `of_set`.
        """
        where = str(path) if step is None else f"{path}@{step}"
        looks = ["--network", network, "--fail-on", "never", "--json-lines"]
        about = "The audit" if step is None else f"The audit of step {step}"
        return self._start(
            [*self._command, "audit", where, *given, *looks], about, path, JobKind.AUDIT, (step or 0, network)
        )

    def _start(
        self, command: list[str], about: str, run: Path, kind: JobKind = JobKind.ENGINE, question: Hashable = None
    ) -> Job:
        self.jobs = [job for job in self.jobs if job.poll()]
        job = Job(command, about, run, kind, question)
        self.jobs.append(job)
        return job

    def going(self, run: Path) -> list[Job]:
        """The processes that were started here on a run or a set and are still running."""
        return [job for job in self.jobs if job.run == run and job.poll()]

    def datasets(self) -> list[dict[str, Any]]:
        """The data sets that can be distilled, as `hdd datasets --json` lists them; this takes a few seconds.

        Raises:
            HDDError: the command failed.
        """
        try:
            listed = subprocess.run(
                [*HDD, "datasets", "--json"], capture_output=True, text=True, timeout=60, check=True
            )
            return json.loads(listed.stdout)
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            raise HDDError(f"The data sets could not be listed: {error}") from None
