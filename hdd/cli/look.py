"""Commands that read runs or ask their engines for something; none of them imports torch to do so."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from hdd import sets
from hdd.cli.common import AsJson, RunPath, console, print_json, progress_console, report, say, tell
from hdd.cli.knob_options import takes_knobs
from hdd.errors import InvalidInputError, NotFoundError
from hdd.records import Edit
from hdd.runs import history
from hdd.runs.run import Run
from hdd.settings import Settings, describe
from hdd.states import Command, EditStatus, EngineState


@takes_knobs(Settings.steerable())
def steer(
    path: RunPath,
    knobs: dict[str, Any],
    command: Annotated[
        str | None, typer.Argument(metavar="[pause|go|step|stop]", help="What the engine shall do.")
    ] = None,
    at: Annotated[int | None, typer.Option(help="Step to edit at; at once if not given.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="How many steps `step` makes.", show_default="1")] = None,
    as_json: AsJson = False,
) -> None:
    """Change a run while it goes: new values from the next step, or pause, go, step, stop."""
    run = Run(path)
    if not knobs and command is None:
        raise InvalidInputError("Nothing to do: give --set KNOB=VALUE, or one of pause, go, step, stop.")
    if command not in (None, "pause", "go", "step", "stop"):
        raise InvalidInputError(f"There is no command {command!r}: give pause, go, step or stop.")
    if count is not None and command != "step":
        raise InvalidInputError("--count goes with the command step alone.")
    value = (count or 1) if command == "step" else None
    if command is not None:
        run.check_command(command, value)
    ids = run.steer(who="hdd steer", at=at, **knobs) if knobs else []
    if command is not None:
        ids.append(run.command(command, value, who="hdd steer"))
    edits = _await(run, ids, patient=at is None)
    if as_json:
        print_json([asdict(edit) for edit in edits])
    else:
        for edit in edits:
            say(tell(edit))
        if not run.engine_alive() and any(edit.status == EditStatus.PENDING for edit in edits):
            say(f"No engine advances this run now; it acts on `hdd resume {path}`.")
    if any(edit.status == EditStatus.REFUSED for edit in edits):
        raise typer.Exit(2)


def _await(run: Run, ids: list[int], patient: bool) -> list[Edit]:
    """The edits, once the engine has decided on them; at once if it is gone or nobody is `patient`."""
    with progress_console.status("waiting for the engine (Ctrl-C leaves the edit with it)"):
        while True:
            edits = [edit for edit in run.edits() if edit.id in ids]
            waiting = any(edit.status == EditStatus.PENDING for edit in edits)
            # An engine that queues looks at them when its turn comes, which can be long.
            if not (patient and waiting and run.engine_alive()) or run.status().state == EngineState.QUEUED:
                return edits
            time.sleep(0.05)


def rewind(
    path: RunPath, step: Annotated[int, typer.Option(help="Step to go back to.")], as_json: AsJson = False
) -> None:
    """Take a run back to an earlier step. A going engine does it and then waits for `hdd steer RUN go`."""
    run = Run(path)
    before = run.step, len(run.evaluations()), len(run.edits(EditStatus.REWOUND))
    history.rewind(run, step, who="hdd rewind")
    while run.engine_alive() and any(edit.name == Command.REWIND for edit in run.edits(EditStatus.PENDING)):
        if run.status().state == EngineState.QUEUED:
            say(f"{path} waits for its turn on the device, and is rewound when it comes.")
            return
        time.sleep(0.05)
    if not as_json:
        steps, evaluations, edits = (
            abs(was - now)
            for was, now in zip(
                before, (run.step, len(run.evaluations()), len(run.edits(EditStatus.REWOUND))), strict=True
            )
        )
        say(f"Discarded: steps: {steps}, evaluations: {evaluations}. Edits marked as rewound: {edits}.")
    report(run, as_json)


def runs_list(
    folder: Annotated[Path | None, typer.Argument(help="Folder that holds runs.", show_default="runs")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder."""
    if folder is not None and not folder.is_dir():
        raise NotFoundError(f"There is no folder {folder}: give one that holds runs.")
    folder = folder or Path("runs")
    summaries = [run.summary() for run in history.find_runs(folder)]
    if as_json:
        print_json(summaries)
        return
    if not summaries:
        say(f"No runs in {folder}. `hdd distill --out {folder / 'demo'}` makes one.")
        return
    # Forks differ at the end of their names.
    table = Table(Column("run", overflow="fold"), "data set", "objective", "ipc", "state", "step", "loss")
    for each in summaries:
        loss = "" if each["loss"] is None else f"{each['loss']:.4g}"
        step = f"{each['step']} / {each['steps']}"
        table.add_row(each["run"], each["dataset"], each["objective"], str(each["ipc"]), each["state"], step, loss)
    console.print(table, markup=False)


def runs_show(path: RunPath, as_json: AsJson = False) -> None:
    """Show a run: settings, edits, evaluations, events."""
    run = Run(path)
    facts = {
        **run.summary(),
        "settings": run.settings.recorded(),
        "edits": [asdict(edit) for edit in run.edits()],
        "evaluations": run.evaluations(),
        "events": run.events(),
        "parent": run.meta("parent"),
        "provenance": run.meta("provenance"),
    }
    if as_json:
        print_json(facts)
        return
    report(run, as_json=False)
    for name, value in facts["settings"].items():
        say(f"  {name:<16} {value}")
    for edit in run.edits():
        say(f"edit by {edit.who}: {tell(edit)}")
    for evaluation in facts["evaluations"]:
        accuracies = ", ".join(f"{100 * value:.1f}" for value in evaluation["accuracies"])
        say(f"evaluated at step {evaluation['step']} ({evaluation['protocol']['name']}): {accuracies} %")
    for event in facts["events"]:
        say(
            f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(event['time']))} step {event['step']}: {event['text']}"
        )


def export(
    path: RunPath,
    out: Annotated[Path, typer.Option("--out", help="Where to write the set: empty or not there.")],
    step: Annotated[int | None, typer.Option(help="Step whose images to take; the newest kept if not given.")] = None,
    format: Annotated[str, typer.Option(help=f"One of {', '.join(sets.FORMATS.names())}.")] = "export",
) -> None:
    """Write a run's distilled set to a file or folder of its own: normalised images, labels and how they were made."""
    made = Run(path).synthetic(step)
    sets.save(made, out, format)
    say(f"{out}: {len(made.images)} images of {len(made.classes)} classes, step {made.provenance['step']}")


def datasets(as_json: AsJson = False) -> None:
    """List the data sets that can be distilled by name."""
    from hdd.data import available

    listings = available()
    if as_json:
        print_json([listing._asdict() for listing in listings])
        return
    table = Table("name", "images", "classes", "on this machine", "what")
    for each in listings:
        table.add_row(each.name, "×".join(map(str, each.shape)), str(each.class_count), each.status, each.about)
    console.print(table)
    say("Or your own: --dataset folder:PATH, with train/ and test/ folders of class folders of images.")


def knobs(as_json: AsJson = False) -> None:
    """List the knobs of a run: what each may be, its default, and whether it can be steered."""
    facts = [describe(name) for name in Settings.names()]
    if as_json:
        print_json(facts)
        return
    table = Table("knob", "what", "unit", "default", "allowed", "")
    for each in facts:
        default = "none" if each["default"] is None else str(each["default"])
        steerable = "steerable" if each["steerable"] else "fixed"
        table.add_row(each["name"], each["what"], each["unit"] or "", default, each["allowed"], steerable)
    console.print(table, markup=False)
