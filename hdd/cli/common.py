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
from rich.table import Table

from hdd.cli.knob_options import parse_assignments
from hdd.errors import HDDError, InvalidInputError, StorageError
from hdd.interrupts import end_silently
from hdd.process import tune
from hdd.records import Edit, StepRecord
from hdd.runs.run import Run
from hdd.states import EditStatus, EngineState


class _Console(Console):
    """A console of any width, which cuts nothing off, and whose reader may close the pipe: the work then continues.

    It continues too where progress cannot be written; a result that cannot be written is an error.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        for table in objects:
            if isinstance(table, Table):
                for column in table.columns:
                    column.overflow = "fold"
        super().print(*objects, **options)

    def _write_buffer(self) -> None:
        try:
            super()._write_buffer()
        except BrokenPipeError:
            raise
        except OSError as error:
            self._buffer.clear()
            if not self.stderr:
                raise _output_failed(error) from None
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        self.quiet = True
        _discard_output(self.file)


# Progress goes to standard error, so that standard output holds only the result.
console = _Console()
progress_console = _Console(stderr=True)

PROGRESS_SECONDS = 0.1
JSON_LINE_SECONDS = 0.2

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Directory of the run.")]
SetPath = Annotated[
    str, typer.Argument(metavar="SET", help="File or folder of a distilled set, or a run: RUN or RUN@STEP.")
]
OutPath = Annotated[Path, typer.Option("--out", help="Directory of the new run; it must be empty or must not exist.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
AsJsonLines = Annotated[
    bool, typer.Option("--json-lines", help="Print progress and result as JSON objects, one per line.")
]
ReadAs = Annotated[
    list[str] | None,
    typer.Option(
        "--as",
        metavar="NAME=VALUE",
        help="How the set is to be read, where its file does not say so or says it wrongly: values, channels, decoder, "
        "classes, scores, class_count or experiment (see docs/formats.md); can be given several times.",
    ),
]
DataPlace = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="The folder in which the real images of the run are now, if it was moved. It must hold the same images, "
        "and is remembered.",
    ),
]
Queue = Annotated[bool, typer.Option("--queue", help="Wait until earlier runs on the device have ended.")]


def load_library(background: bool = False) -> ModuleType:
    """Imports `hdd.api`, and with it torch, after `hdd.process.tune` has prepared this process."""
    tune(background)
    with end_silently():
        from hdd import api
    return api


def parse_schedule(entries: list[str] | None) -> dict[int, dict[str, Any]]:
    """Parses texts of the form STEP:KNOB=VALUE into edits by step.

    Raises:
        HDDError: a text has another form, or as in `parse_assignments`.
    """
    assignments: dict[int, list[str]] = {}
    for entry in entries or []:
        step, colon, assignment = entry.partition(":")
        if not colon or not step.isdecimal():
            raise InvalidInputError(
                f"{entry!r} is not of the form STEP:KNOB=VALUE: write, for example, 100:curvature=-4."
            )
        assignments.setdefault(int(step), []).append(assignment)
    return {step: parse_assignments(of_step) for step, of_step in assignments.items()}


def _discard_output(stream: IO[str]) -> None:
    """Discards everything that is written to a stream from now on."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _output_failed(error: OSError) -> StorageError:
    """The error for a standard output that cannot be written; nothing more is written there."""
    _discard_output(sys.stdout)
    return StorageError(
        f"Standard output cannot be written ({error.strerror or error}): send it to a file on a disk that has space, "
        "or to a terminal. A run keeps the steps that it has made."
    )


def print_line(text: str) -> None:
    """Prints a line to standard output, or drops it if there is none, or its reader has closed the pipe.

    Raises:
        HDDError: it cannot be written, as on a full disk.
    """
    if sys.stdout is None or sys.stdout.closed:
        return
    try:
        typer.echo(text)
    except BrokenPipeError:
        _discard_output(sys.stdout)
    except OSError as error:
        raise _output_failed(error) from None


def print_json(value: Any) -> None:
    """Prints JSON-compatible data as JSON."""
    print_line(json.dumps(value, indent=2))


class JsonLines:
    """Prints progress and the result for programs to read: one JSON object per line, without delay.

    Args:
        wanted: whether anything is printed.
    """

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._due = 0.0

    def write(self, **facts: Any) -> None:
        """Prints an object."""
        self._due = 0.0
        if self._wanted:
            print_line(json.dumps(facts))

    def write_throttled(self, **facts: Any) -> None:
        """Prints an object, unless the last one came from this method less than `JSON_LINE_SECONDS` ago."""
        if (now := time.monotonic()) > self._due:
            self.write(**facts)
            self._due = now + JSON_LINE_SECONDS

    @contextmanager
    def errors(self) -> Generator[None]:
        """Prints {"error": message} for an error raised in this context, and raises it again."""
        try:
            yield
        except (HDDError, OSError, sqlite3.Error, KeyboardInterrupt) as error:
            self.write(error=str(error) or "interrupted")
            raise


class StepProgress(NamedTuple):
    """Callbacks that update a progress bar: a step was made, images were read, or a run is waiting for its turn."""

    on_step: Callable[[StepRecord], None]
    on_load: Callable[[int, int], None]
    on_wait: Callable[[str], None]


@contextmanager
def step_progress(total: int, done: int = 0, shown: bool = True) -> Generator[StepProgress]:
    """A progress bar of steps with loss, rate and time left; it appears once there is something to show."""
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
            # Somebody may have given the run more steps in the meantime.
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


def print_warning(text: str) -> None:
    """Prints a warning beside the progress."""
    progress_console.print("warning:", style="bold yellow", end=" ")
    progress_console.print(text, markup=False, highlight=False, soft_wrap=True)


def print_report(run: Run, as_json: bool) -> None:
    """Prints the state of a run and how to resume it."""
    summary = run.summary()
    if as_json:
        print_json(summary)
        return
    loss = "" if summary["loss"] is None else f", loss {summary['loss']:.4g} (sum of classes)"
    print_line(f"{run.path}: {summary['state']} at step {summary['step']} of {summary['steps']}{loss}")
    if summary["message"]:
        print_line(f"Engine: {summary['message']}")
    try:
        if late := run.steps_without_records():
            print_line(
                f"There are images of later steps, up to {late[-1]}, without records: perhaps run.db-wal was not "
                "copied with the run. They can be looked at, but steps are made on from the last record."
            )
    except StorageError as error:
        print_line(str(error))
    if summary["state"] == EngineState.FINISHED:
        print_line(f"Pictures: {run.path / 'synthetic.png'}, {run.path / 'loss.png'}")
    elif summary["state"] == EngineState.PAUSED:
        print_line(f"Resume it with: hdd steer {run.path} go")
    else:
        print_line(f"Resume it with: hdd resume {run.path}")


def wait_for_decisions(run: Run, ids: list[int], patient: bool) -> list[Edit]:
    """Returns the edits once the engine has decided on them; immediately if it has none or `patient` is False."""
    with progress_console.status("waiting for the engine (after Ctrl-C the edit stays pending)"):
        while True:
            edits = [edit for edit in run.edits() if edit.id in ids]
            waiting = any(edit.status == EditStatus.PENDING for edit in edits)
            # A queued engine decides only when its turn comes, which can take long.
            if not (patient and waiting and run.engine_alive()) or run.status().state == EngineState.QUEUED:
                return edits
            time.sleep(0.05)


def print_edits(run: Run, edits: list[Edit]) -> None:
    """Prints what became of edits, and what pending ones wait for."""
    for edit in edits:
        print_line(edit_text(edit))
    if not run.engine_alive() and any(edit.status == EditStatus.PENDING for edit in edits):
        print_line(
            f"This run has no engine now. Pending edits will be applied when it is resumed: hdd resume {run.path}"
        )


def edit_text(edit: Edit) -> str:
    """Describes an edit, what became of it, and why it was made if somebody said so."""
    return _outcome(edit) + (f" ({edit.note})" if edit.note else "")


def _outcome(edit: Edit) -> str:
    change = edit.name if edit.old is None and edit.value is None else f"{edit.name} → {edit.value}"
    if edit.status == EditStatus.APPLIED:
        before = "" if edit.old is None else f" (was {edit.old})"
        return f"{change}{before}: applied at step {edit.step}"
    if edit.status == EditStatus.REFUSED:
        return f"{change}: refused at step {edit.step}: {edit.reason}"
    if edit.status == EditStatus.REWOUND:
        return f"{change}: rewound"
    return f"{change}: pending" + ("" if edit.due is None else f" for step {edit.due}")
