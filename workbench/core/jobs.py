"""Processes that compute for the page: engines, new runs, evaluations, inspections of sets.

Each is an `hdd` command in a process session of its own, so that it outlives the server. Its output goes to a file, so
that it never waits for a reader. The results are in the run's directory; the output is only needed for the progress
before that exists, and for the reason of a failure.
"""

import json
import subprocess
import sys
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hdd.cores import usable_cores
from hdd.data.layouts import REFUSE
from hdd.errors import HDDError, InUseError
from hdd.knobs.text import to_text
from hdd.networks import DEFAULT
from workbench.core.job import Job, JobKind
from workbench.run_names import run_directory

HDD = (sys.executable, "-m", "hdd")
MOST_JOBS = 32
"""So many processes may be started by the page at once, by all who look at it."""

SPARE_CORES = max(1, usable_cores() - 1)
"""Threads for an engine that leave one core to the browser and the server; competing for that core would cost more."""


def of_set(dataset: str, read_as: Sequence[str], image_size: int | None, unreadable: str = REFUSE) -> list[str]:
    """The options by which commands read a set that is no run.

    Args:
        dataset: name of the data set that it was distilled from.
        read_as: how it is read, as texts NAME=VALUE.
        image_size: side to which the images of a folder are resized; None keeps theirs.
        unreadable: what is done about images of a folder that cannot be read, as the knob of that name.
    """
    size = [] if image_size is None else ["--image-size", str(image_size)]
    size += [] if unreadable == REFUSE else ["--unreadable", unreadable]
    return ["--dataset", dataset, *size, *(f"--as={text}" for text in read_as)]


def _by(who: str) -> list[str]:
    """The option that says on whose behalf a command changes a run; "--by=" keeps a name like "-x" from being one."""
    return [f"--by={who}"] if who else []


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
        return run_directory(self.root, name)

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

    def resume(
        self, run: Path, steps: int | None = None, share: bool = False, place: str | None = None, who: str = ""
    ) -> Job:
        """Starts an engine on an existing run.

        Args:
            run: its directory.
            steps: the new number of steps of the run, None to leave it.
            share: as in `distill`.
            place: the folder in which its real images are now, None if it was not moved.
            who: who is in control of the run and asks for it; "" has the process check that nobody else is.
        """
        more = [] if steps is None else ["--steps", str(steps)]
        more += [*([] if place is None else ["--data", place]), *_by(who)]
        command = [*self._command, "resume", str(run), *more, *([] if share else ["--queue"]), "--json"]
        return self._start(command, "The engine", run)

    def evaluate(
        self,
        run: Path,
        steps: Sequence[int] | None,
        protocol: str,
        architectures: Sequence[str] = (DEFAULT,),
        who: str = "",
    ) -> Job:
        """Starts a process that evaluates images of a run by `protocol`, independently of the engine.

        Args:
            run: its directory.
            steps: the kept steps whose images are evaluated, one or more, one after another; None evaluates random real
                images, the baseline.
            protocol: a key of `hdd.protocol.PROTOCOLS`.
            architectures: names in `hdd.networks.NETWORKS`, one or more; or "all" for all that fit the images.
            who: as in `resume`.
        """
        what = ["--baseline", "random"] if steps is None else ["--steps", ",".join(map(str, steps))]
        trained = [] if [*architectures] == [DEFAULT] else ["--architectures", ",".join(architectures)]
        command = [*self._command, "evaluate", str(run), *what, "--protocol", protocol, *trained, *_by(who)]
        command += ["--json-lines"]
        which = "" if steps is None else f"step {steps[0]}" if len(steps) == 1 else f"{len(steps)} steps"
        about = f"The {protocol} evaluation of {which}" if which else f"The {protocol} baseline"
        if trained:
            about += f" by {'all architectures' if 'all' in architectures else ', '.join(architectures)}"
        return self._start(command, about, run, JobKind.EVALUATION)

    def inspect(
        self,
        path: Path,
        dataset: str,
        read_as: Sequence[str],
        image_size: int | None = None,
        unreadable: str = REFUSE,
    ) -> Job:
        """Starts a process that compares a set with its data set, or finds the one that is doing so already.

        Args:
            path: of the set.
            dataset: name of the data set.
            read_as: how the set is read, as texts NAME=VALUE.
            image_size, unreadable: as in `of_set`.
        """
        given = of_set(dataset, read_as, image_size, unreadable)
        command = [*self._command, "inspect", str(path), *given, "--json-lines"]
        same = [job for job in self.going(path) if job.command == command]
        return same[0] if same else self._start(command, "The check of the set", path, JobKind.INSPECTION)

    def audit(self, path: Path, step: int | None, network: str, train: bool, given: Sequence[str] = ()) -> Job:
        """Starts a process that audits a set, independently of any engine.

        Args:
            path: directory of a run, or path of a set.
            step: a kept step of the run; None for a set.
            network: through which it looks at features, "random" or "trained".
            train: whether it also trains networks on the set.
            given: options of a set, see `of_set`.
        """
        where = str(path) if step is None else f"{path}@{step}"
        looks = ["--network", network, *(["--train"] if train else []), "--fail-on", "never", "--json-lines"]
        about = "The audit" if step is None else f"The audit of step {step}"
        return self._start(
            [*self._command, "audit", where, *given, *looks], about, path, JobKind.AUDIT, (step or 0, network, train)
        )

    def _start(
        self, command: list[str], about: str, run: Path, kind: JobKind = JobKind.ENGINE, question: Hashable = None
    ) -> Job:
        self.jobs = [job for job in self.jobs if job.poll()]
        if len(self.jobs) >= MOST_JOBS:
            raise InUseError(f"{len(self.jobs)} processes are running already: wait until one has ended, or stop one.")
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
