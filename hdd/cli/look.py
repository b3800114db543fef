"""Commands that read runs or send requests to their engines. None of them needs torch for that."""

import sqlite3
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from hdd.cli.common import (
    AsJson,
    RunPath,
    console,
    edit_text,
    print_edits,
    print_json,
    print_line,
    print_report,
    progress_console,
    wait_for_decisions,
)
from hdd.cli.control import TakeOver, in_control
from hdd.cli.knob_options import takes_knobs
from hdd.errors import HDDError, InvalidInputError, NotFoundError
from hdd.protocol import architecture, is_baseline
from hdd.runs import history
from hdd.runs.overview import RunFacts, read_facts
from hdd.runs.run import Run
from hdd.settings import Settings, describe, initial_settings
from hdd.states import Command, EditStatus, EngineState

LONGEST_NAME = 32
"""In the table of runs, longer names may be folded."""


@takes_knobs(Settings.steerable())
def steer(
    path: RunPath,
    knobs: dict[str, Any],
    command: Annotated[
        str | None, typer.Argument(metavar="[pause|go|step|stop]", help="Command for the engine.")
    ] = None,
    at: Annotated[int | None, typer.Option(help="Step at which the edit is applied; default: the next one.")] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="Number of steps that `step` runs.", show_default="1")
    ] = None,
    note: Annotated[str | None, typer.Option(help="Why the knobs are changed; kept with the edits.")] = None,
    take_over: TakeOver = False,
    as_json: AsJson = False,
) -> None:
    """Steer a run while it is going: change knobs from the next step on, or pause, go, step, stop."""
    run = Run(path)
    if not knobs and command is None:
        raise InvalidInputError("There is nothing to do: give --set KNOB=VALUE, or one of pause, go, step, stop.")
    if command not in (None, "pause", "go", "step", "stop"):
        raise InvalidInputError(f"There is no command {command!r}: give pause, go, step or stop.")
    if count is not None and command != "step":
        raise InvalidInputError(f"--count {count} is allowed only with the command step: leave it out, or give step.")
    if note is not None and not knobs:
        raise InvalidInputError("--note says why knobs are changed, but none is: give --set KNOB=VALUE too.")
    value = (count or 1) if command == "step" else None
    if command is not None:
        run.check_command(command, value)
    with in_control(run, "hdd steer", take_over) as who:
        ids = run.steer(who=who, at=at, note=note or "", **knobs) if knobs else []
        if command is not None:
            ids.append(run.command(command, value, who=who))
    edits = wait_for_decisions(run, ids, patient=at is None)
    if as_json:
        print_json([asdict(edit) for edit in edits])
    else:
        print_edits(run, edits)
    if any(edit.status == EditStatus.REFUSED for edit in edits):
        raise typer.Exit(2)


def rewind(
    path: RunPath,
    step: Annotated[int, typer.Option(help="Step to go back to.")],
    take_over: TakeOver = False,
    as_json: AsJson = False,
) -> None:
    """Take a run back to an earlier step. If it has an engine, the run is then paused until `hdd steer RUN go`."""
    run = Run(path)
    before = run.step, len(run.evaluations()), len(run.edits(EditStatus.REWOUND))
    with in_control(run, "hdd rewind", take_over) as who:
        history.rewind(run, step, who)
    while run.engine_alive() and any(edit.name == Command.REWIND for edit in run.edits(EditStatus.PENDING)):
        if run.status().state == EngineState.QUEUED:
            print_line(f"{path} is waiting for its turn on the device, and will be rewound then.")
            return
        time.sleep(0.05)
    if not as_json:
        steps, evaluations, edits = (
            abs(was - now)
            for was, now in zip(
                before, (run.step, len(run.evaluations()), len(run.edits(EditStatus.REWOUND))), strict=True
            )
        )
        print_line(f"Discarded: steps: {steps}, evaluations: {evaluations}. Edits marked as rewound: {edits}.")
    print_report(run, as_json)


def runs_list(
    folder: Annotated[Path | None, typer.Argument(help="Folder that holds runs.", show_default="runs")] = None,
    as_json: AsJson = False,
) -> None:
    """List the runs in a folder."""
    if folder is not None and not folder.is_dir():
        raise NotFoundError(f"There is no folder {folder}: give a folder that holds runs.")
    folder = folder or Path("runs")
    paths, problems = history.look_for_runs(folder)
    found: list[tuple[dict[str, Any], RunFacts]] = []
    for path in paths:
        try:
            with closing(Run(path)) as run:
                found.append((run.summary(), read_facts(path)))
        except (HDDError, OSError, sqlite3.Error) as error:
            problems[path] = str(error)
    summaries = [
        {**summary, "accuracy": facts.accuracy and asdict(facts.accuracy), "parent": facts.parent, "note": facts.note}
        for summary, facts in found
    ]
    for problem in problems.values():
        progress_console.print(problem, markup=False, highlight=False, soft_wrap=True)
    if as_json:
        print_json(summaries)
        return
    if not summaries and problems:
        raise typer.Exit(2)
    if not summaries:
        print_line(f"There are no runs in {folder}. `hdd distill --out {folder / 'demo'}` makes one.")
        return
    rows = [
        {
            "run": each["run"],
            "data set": each["dataset"],
            "objective": each["objective"],
            "ipc": str(each["ipc"]),
            "state": each["state"],
            "step": f"{each['step']} / {each['steps']}",
            "loss": "" if each["loss"] is None else f"{each['loss']:.4g}",
            "accuracy": str(facts.accuracy or ""),
            "made from": facts.origin,
            "note": facts.note,
        }
        for each, facts in found
    ]
    # A terminal is narrow, so columns in which no run has anything are left out.
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    # The names of forks differ at the end, so they are folded and not cut off.
    width = min(LONGEST_NAME, max(len(row["run"]) for row in rows))
    table = Table(*(Column(name, overflow="fold", min_width=width) if name == "run" else name for name in names))
    for row in rows:
        table.add_row(*(row[name] for name in names))
    console.print(table, markup=False)


def runs_show(path: RunPath, as_json: AsJson = False) -> None:
    """Show the settings, edits, evaluations and events of a run."""
    run = Run(path)
    facts = {
        **run.summary(),
        "settings": run.settings.recorded(),
        "edits": [asdict(edit) for edit in run.edits()],
        "evaluations": run.evaluations(),
        "events": run.events(),
        "parent": run.meta("parent"),
        "note": run.note,
        "provenance": run.meta("provenance"),
    }
    if as_json:
        print_json(facts)
        return
    print_report(run, as_json=False)
    if run.note:
        print_line(f"Note: {run.note}")
    if data := (facts["provenance"] or {}).get("data"):
        print_line(f"Data: {data}")
    for name, value in facts["settings"].items():
        print_line(f"  {name:<16} {value}")
    for edit in run.edits():
        print_line(f"edit by {edit.who}: {edit_text(edit)}")
    for evaluation in facts["evaluations"]:
        accuracies = ", ".join(f"{100 * value:.1f}" for value in evaluation["accuracies"])
        protocol = evaluation["protocol"]
        what = f"evaluated at step {evaluation['step']}"
        if is_baseline(evaluation):
            what = f"{protocol['images']} images evaluated"
        print_line(f"{what} ({protocol['name']}, {architecture(evaluation)}): {accuracies} %")
    for event in facts["events"]:
        print_line(
            f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(event['time']))} step {event['step']}: {event['text']}"
        )


@takes_knobs(["image_size", "unreadable"])
def datasets(
    knobs: dict[str, Any],
    name: Annotated[
        str | None, typer.Argument(metavar="[DATASET]", help="Show what this data set holds: a name, or folder:PATH.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the data sets that can be given by name, or read one and show what was found."""
    from hdd.data import available

    if name is not None:
        _show_dataset(initial_settings(name, **knobs), as_json)
        return
    if knobs:
        raise InvalidInputError(
            f"{next(iter(knobs))} is for the images of a folder: name one, as in hdd datasets folder:PATH."
        )
    listings = available()
    if as_json:
        print_json([listing._asdict() for listing in listings])
        return
    table = Table("name", "images", "classes", "on this machine", "contents")
    for each in listings:
        table.add_row(each.name, "×".join(map(str, each.shape)), str(each.class_count), each.status, each.about)
    console.print(table)
    print_line(
        "For your own images: --dataset folder:PATH, with the images in PATH/train/CLASS/ and PATH/test/CLASS/, or in "
        "another of the layouts in docs/data.md. `hdd datasets folder:PATH` shows what is found there."
    )


def _show_dataset(settings: Settings, as_json: bool) -> None:
    from hdd.data import load_chosen

    with progress_console.status("reading images") as status:
        data = load_chosen(settings, lambda done, count: status.update(f"reading images: {done:,} of {count:,}"))
    counts = {
        name: (int((data.train_labels == label).sum()), int((data.test_labels == label).sum()))
        for label, name in enumerate(data.classes)
    }
    if as_json:
        print_json(
            {
                "name": data.name,
                "shape": [data.channels, *data.size],
                "classes": [{"name": name, "train": train, "test": test} for name, (train, test) in counts.items()],
                "mean": data.mean.tolist(),
                "std": data.std.tolist(),
                "fingerprint": data.fingerprint,
                "notes": data.notes,
            }
        )
        return
    shape = "×".join(map(str, (data.channels, *data.size)))
    print_line(
        f"{data.name}: {len(data.classes)} classes, {len(data.train_images):,} training and {len(data.test_images):,} "
        f"test images of {shape}"
    )
    for note in data.notes:
        print_line(note)
    table = Table("label", "class", "training images", "test images")
    for label, (name, found) in enumerate(counts.items()):
        table.add_row(str(label), escape(name), *map(str, found))
    console.print(table)


def knobs(as_json: AsJson = False) -> None:
    """List the knobs of a run: the allowed values, the default, and whether the knob can be steered."""
    facts = [describe(name) for name in Settings.names()]
    if as_json:
        print_json(facts)
        return
    table = Table("knob", "label", "unit", "default", "allowed", "")
    for each in facts:
        default = "none" if each["default"] is None else str(each["default"])
        steerable = "steerable" if each["steerable"] else "fixed"
        table.add_row(each["name"], each["what"], each["unit"] or "", default, each["allowed"], steerable)
    console.print(table, markup=False)
