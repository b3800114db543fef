"""What the commands share: options, parsing of KNOB=VALUE, progress and output."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hdd.errors import HDDError
from hdd.records import Edit, StepRecord
from hdd.runs.run import Run
from hdd.settings import parse

# Progress goes to standard error, so that standard output is what was asked for.
console = Console()
progress_console = Console(stderr=True)

PROGRESS_SECONDS = 0.1

RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Directory of the run.")]
OutPath = Annotated[Path, typer.Option("--out", help="Directory of the new run: empty or not there.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="Value of a knob; can be given again.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]


def parse_knobs(assignments: list[str] | None) -> dict[str, Any]:
    """Values by knob of KNOB=VALUE texts."""
    values = {}
    for assignment in assignments or []:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise HDDError(f"{assignment!r} is not KNOB=VALUE, such as curvature=-2.")
        values[name] = parse(name, text)
    return values


def parse_schedule(entries: list[str] | None) -> dict[int, dict[str, Any]]:
    """Edits by step of STEP:KNOB=VALUE texts."""
    edits: dict[int, dict[str, Any]] = {}
    for entry in entries or []:
        step, colon, assignment = entry.partition(":")
        if not colon or not step.isdecimal():
            raise HDDError(f"{entry!r} is not STEP:KNOB=VALUE, such as 100:curvature=-4.")
        edits.setdefault(int(step), {}).update(parse_knobs([assignment]))
    return edits


def print_json(value: Any) -> None:
    """Prints JSON-compatible data for a machine."""
    typer.echo(json.dumps(value, indent=2))


@contextmanager
def step_progress(total: int, done: int = 0) -> Iterator[tuple[Callable, Callable]]:
    """A progress bar of steps, with loss, rate and time left; gives the callbacks for steps and for images read."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=progress_console) as progress:
        reading = progress.add_task("reading images", visible=False, note="")
        task = progress.add_task("distilling", total=total, completed=done, note="starting")
        started = last = time.perf_counter()
        made = 0

        def on_step(record: StepRecord) -> None:
            nonlocal made, started, last
            if made == 0:
                started = time.perf_counter() - record.seconds
            made += 1
            if (now := time.perf_counter()) > last + PROGRESS_SECONDS or record.step >= total:
                last = now
                note = f"loss {record.loss:.4g}  {made / (now - started):.1f} steps/s"
                progress.update(task, completed=record.step, note=note)

        def on_load(read: int, images: int) -> None:
            progress.update(reading, completed=read, total=images, visible=read < images)

        yield on_step, on_load


def report(run: Run, as_json: bool) -> None:
    """Prints where a run stands."""
    summary = run.summary()
    if as_json:
        print_json(summary)
        return
    loss = "" if summary["loss"] is None else f", loss {summary['loss']:.4g}"
    typer.echo(f"{run.path}: {summary['state']} at step {summary['step']} of {summary['steps']}{loss}")
    if summary["state"] == "finished":
        typer.echo(f"Pictures: {run.path / 'synthetic.png'}, {run.path / 'loss.png'}")
    elif summary["state"] == "paused":
        typer.echo(f"Go on with: hdd steer {run.path} go")
    else:
        typer.echo(f"Go on with: hdd resume {run.path}")


def tell(edit: Edit) -> str:
    """An edit and what became of it, in words."""
    change = edit.name if edit.old is None and edit.value is None else f"{edit.name} → {edit.value}"
    if edit.status == "applied":
        before = "" if edit.old is None else f" (was {edit.old})"
        return f"{change}{before}: applied at step {edit.step}"
    if edit.status == "refused":
        return f"{change}: refused at step {edit.step}: {edit.reason}"
    return f"{change}: pending" + ("" if edit.due is None else f" for step {edit.due}")
