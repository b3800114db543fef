"""What the commands share: options, progress and output."""

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import IO, Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hdd.cli.knob_options import parse_assignments
from hdd.errors import HDDError, InvalidInputError
from hdd.interrupts import end_silently
from hdd.process import tune
from hdd.records import Edit, StepRecord
from hdd.runs.run import Run
from hdd.states import EditStatus, EngineState


class _Console(Console):
    """A console whose reader may go away: work goes on, unseen."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        _discard(self.file)


# Progress goes to standard error, so that standard output is what was asked for.
console = _Console()
progress_console = _Console(stderr=True)

PROGRESS_SECONDS = 0.1
JSON_LINE_SECONDS = 0.2

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Directory of the run.")]
OutPath = Annotated[Path, typer.Option("--out", help="Directory of the new run: empty or not there.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]
AsJsonLines = Annotated[
    bool, typer.Option("--json-lines", help="Print progress and result as JSON objects, one a line.")
]
Queue = Annotated[bool, typer.Option("--queue", help="Wait for the runs that came earlier to the device.")]


def load_library(background: bool = False) -> ModuleType:
    """Imports `hdd.api`, and with it torch, into a process that is told how to compute (`hdd.process.tune`)."""
    tune(background)
    with end_silently():
        from hdd import api
    return api


def parse_schedule(entries: list[str] | None) -> dict[int, dict[str, Any]]:
    """Edits by step of STEP:KNOB=VALUE texts."""
    edits: dict[int, dict[str, Any]] = {}
    for entry in entries or []:
        step, colon, assignment = entry.partition(":")
        if not colon or not step.isdecimal():
            raise InvalidInputError(f"{entry!r} is not STEP:KNOB=VALUE, such as 100:curvature=-4.")
        edits.setdefault(int(step), {}).update(parse_assignments([assignment]))
    return edits


def _discard(stream: IO[str]) -> None:
    """Sends what is still written to a stream nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(text: str) -> None:
    """Prints a line to standard output; where nobody reads it any more it is dropped."""
    try:
        typer.echo(text)
    except (BrokenPipeError, ValueError):
        _discard(sys.stdout)


def print_json(value: Any) -> None:
    """Prints JSON-compatible data for a machine."""
    say(json.dumps(value, indent=2))


class JsonLines:
    """Progress and outcome for a machine: one JSON object a line, at once.

    Args:
        wanted: whether anything is printed.
    """

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._due = 0.0

    def tell(self, **facts: Any) -> None:
        """Prints an object."""
        if self._wanted:
            say(json.dumps(facts))

    def tell_often(self, **facts: Any) -> None:
        """Prints an object unless one was printed a moment ago."""
        if (now := time.monotonic()) > self._due:
            self._due = now + JSON_LINE_SECONDS
            self.tell(**facts)

    @contextmanager
    def errors(self) -> Generator[None]:
        """Says {"error": message} of an error on its way out."""
        try:
            yield
        except (HDDError, OSError, sqlite3.Error, KeyboardInterrupt) as error:
            self.tell(error=str(error) or "interrupted")
            raise


class StepProgress(NamedTuple):
    """Callbacks that keep a progress bar up to date: a step was made, images were read, a run waits its turn."""

    on_step: Callable[[StepRecord], None]
    on_load: Callable[[int, int], None]
    on_wait: Callable[[str], None]


@contextmanager
def step_progress(total: int, done: int = 0, shown: bool = True) -> Generator[StepProgress]:
    """A progress bar of steps, with loss, rate and time left, from the first time that there is something to show."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=progress_console, disable=not shown)
    reading = progress.add_task("reading images", visible=False, note="")
    task = progress.add_task("distilling", total=total, completed=done, note="starting")
    started = last = time.perf_counter()
    made = 0

    def on_step(record: StepRecord) -> None:
        nonlocal made, started, last
        if made == 0:
            started = time.perf_counter() - record.seconds
            progress.start()
        made += 1
        if (now := time.perf_counter()) > last + PROGRESS_SECONDS or record.step >= total:
            last = now
            note = f"loss (sum) {record.loss:.4g}  {made / (now - started):.1f} steps/s"
            # The run may have been given more steps meanwhile.
            progress.update(task, completed=record.step, total=max(total, record.step), note=note)

    def on_load(read: int, images: int) -> None:
        progress.start()
        progress.update(reading, completed=read, total=images, visible=read < images)

    def on_wait(message: str) -> None:
        progress.start()
        progress.update(task, note=message)

    try:
        yield StepProgress(on_step, on_load, on_wait)
    finally:
        if progress.live.is_started:
            progress.stop()


def report(run: Run, as_json: bool) -> None:
    """Prints where a run stands."""
    summary = run.summary()
    if as_json:
        print_json(summary)
        return
    loss = "" if summary["loss"] is None else f", loss {summary['loss']:.4g} (sum of classes)"
    say(f"{run.path}: {summary['state']} at step {summary['step']} of {summary['steps']}{loss}")
    if summary["state"] == EngineState.FINISHED:
        say(f"Pictures: {run.path / 'synthetic.png'}, {run.path / 'loss.png'}")
    elif summary["state"] == EngineState.PAUSED:
        say(f"Resume it with: hdd steer {run.path} go")
    else:
        say(f"Resume it with: hdd resume {run.path}")


def tell(edit: Edit) -> str:
    """An edit and what became of it, in words."""
    change = edit.name if edit.old is None and edit.value is None else f"{edit.name} → {edit.value}"
    if edit.status == EditStatus.APPLIED:
        before = "" if edit.old is None else f" (was {edit.old})"
        return f"{change}{before}: applied at step {edit.step}"
    if edit.status == EditStatus.REFUSED:
        return f"{change}: refused at step {edit.step}: {edit.reason}"
    if edit.status == EditStatus.REWOUND:
        return f"{change}: rewound"
    return f"{change}: pending" + ("" if edit.due is None else f" for step {edit.due}")
