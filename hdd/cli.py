"""The `hdd` command. Torch is imported by the commands that compute, not by those that read or steer."""

import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hdd.errors import HDDError
from hdd.objectives import OBJECTIVES
from hdd.runs.run import Edit, Run
from hdd.settings import PRESETS, Settings, parse

app = typer.Typer(
    help="Hyperbolic dataset distillation: runs that can be steered, killed, rewound, forked and replayed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
runs_app = typer.Typer(help="Look at runs on disk.", no_args_is_help=True)
app.add_typer(runs_app, name="runs")

# Progress goes to standard error, so that standard output is what was asked for.
console = Console()
progress_console = Console(stderr=True)

Method = StrEnum("Method", list(OBJECTIVES))
Preset = StrEnum("Preset", list(PRESETS))
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Directory of the run.")]
OutPath = Annotated[Path, typer.Option("--out", help="Directory of the new run: empty or not there.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="Value of a knob; can be given again.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a machine to read.")]

STEER_PATIENCE_SECONDS = 30.0


def main() -> None:
    """Entry point: a problem that the user can act on is one message and exit code 2."""
    try:
        app()
    except (HDDError, OSError, sqlite3.Error) as error:
        progress_console.print("error:", style="bold red", end=" ")
        progress_console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


def _knobs(assignments: list[str] | None) -> dict[str, Any]:
    """Values by knob of KNOB=VALUE texts."""
    values = {}
    for assignment in assignments or []:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise HDDError(f"{assignment!r} is not KNOB=VALUE, such as curvature=-2.")
        values[name] = parse(name, text)
    return values


def _schedule(entries: list[str] | None) -> dict[int, dict[str, Any]]:
    """Edits by step of STEP:KNOB=VALUE texts."""
    edits: dict[int, dict[str, Any]] = {}
    for entry in entries or []:
        step, colon, assignment = entry.partition(":")
        if not colon or not step.isdecimal():
            raise HDDError(f"{entry!r} is not STEP:KNOB=VALUE, such as 100:curvature=-4.")
        edits.setdefault(int(step), {}).update(_knobs([assignment]))
    return edits


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2))


def _summary(run: Run) -> dict[str, Any]:
    status = run.status()
    newest = run.metrics(after=run.step - 1)
    return {
        "run": str(run.path),
        "state": status.state,
        "step": run.step,
        "steps": run.settings.steps,
        "loss": newest[-1].loss if newest else None,
        "message": status.message,
    }


@contextmanager
def _engine() -> Iterator[None]:
    """What a process that computes wants set once."""
    from hdd.memory import keep_freed_memory

    keep_freed_memory()
    yield


@contextmanager
def _step_progress(total: int, done: int = 0) -> Iterator[Callable]:
    """A progress bar of steps, with loss, rate and time left; gives the callback."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("loss {task.fields[loss]}  {task.fields[rate]} steps/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=progress_console) as progress:
        task = progress.add_task("distilling", total=total, completed=done, loss="–", rate="–")
        started = time.perf_counter()
        made = 0

        def on_step(record: Any) -> None:
            nonlocal made
            made += 1
            rate = made / (time.perf_counter() - started)
            progress.update(task, completed=record.step, loss=f"{record.loss:.4g}", rate=f"{rate:.1f}")

        yield on_step


def _report(run: Run, as_json: bool) -> None:
    if as_json:
        _print_json(_summary(run))
        return
    summary = _summary(run)
    loss = "" if summary["loss"] is None else f", loss {summary['loss']:.4g}"
    typer.echo(f"{run.path}: {summary['state']} at step {summary['step']} of {summary['steps']}{loss}")
    if summary["state"] != "finished":
        typer.echo(f"Go on with: hdd resume {run.path}")
    else:
        typer.echo(f"Pictures: {run.path / 'synthetic.png'}, {run.path / 'loss.png'}")


@app.command()
def distill(
    dataset: Annotated[str, typer.Option(help="A name that `hdd datasets` lists, or folder:PATH.")] = "digits",
    method: Annotated[Method, typer.Option(help="Objective to start with.")] = Method.hdd,
    preset: Annotated[
        Preset, typer.Option(help="geometric: where geometry acts; released: what the authors' code does.")
    ] = Preset.geometric,
    ipc: Annotated[int, typer.Option(help="Synthetic images per class.")] = Settings.param.ipc.default,
    steps: Annotated[int, typer.Option(help="Steps of the run.")] = Settings.param.steps.default,
    seed: Annotated[int, typer.Option(help="Key of every random draw.")] = Settings.param.seed.default,
    device: Annotated[str, typer.Option(help="auto, cpu, mps, cuda or cuda:N.")] = Settings.param.device.default,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the run; runs/DATASET-METHOD-TIME if not given.")
    ] = None,
    sets: Sets = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="STEP:KNOB=VALUE", help="Edit to make at a step; can be given again."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Distil a data set: make a run and advance it to its end. Ctrl-C stops it; `hdd resume` goes on."""
    values = {"ipc": ipc, "steps": steps, "seed": seed, "device": device, **_knobs(sets)}
    edits = _schedule(at)
    from hdd import api

    with _engine(), _step_progress(values["steps"]) as on_step:
        run = api.distill(
            dataset, method=method.value, preset=preset.value, out=out, at=edits, who="hdd distill", on_step=on_step,
            **values,
        )  # fmt: skip
    _report(run, as_json)


@app.command()
def resume(
    path: RunPath,
    steps: Annotated[int | None, typer.Option(help="New number of steps; also goes on with a finished run.")] = None,
    until: Annotated[int | None, typer.Option(help="Stop, unfinished, after this step.")] = None,
    as_json: AsJson = False,
) -> None:
    """Go on with a run that was stopped, killed, rewound or forked."""
    run = Run(path)
    from hdd.runs import engine

    with _engine(), _step_progress(steps or run.settings.steps, run.step) as on_step:
        engine.resume(run, until=until, steps=steps, on_step=on_step)
    _report(run, as_json)


@app.command()
def steer(
    path: RunPath,
    command: Annotated[
        str | None, typer.Argument(metavar="[pause|go|step|stop]", help="What the engine shall do.")
    ] = None,
    sets: Sets = None,
    at: Annotated[int | None, typer.Option(help="Step to edit at; at once if not given.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many steps `step` makes.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Change a run while it goes: new values from the next step, or pause, go, step, stop."""
    run = Run(path)
    knobs = _knobs(sets)
    if not knobs and command is None:
        raise HDDError("Nothing to do: give --set KNOB=VALUE, or one of pause, go, step, stop.")
    if command not in (None, "pause", "go", "step", "stop"):
        raise HDDError(f"There is no command {command!r}: give pause, go, step or stop.")
    ids = run.steer(who="hdd steer", at=at, **knobs) if knobs else []
    if command is not None:
        ids.append(run.command(command, count if command == "step" else None, who="hdd steer"))
    edits = _await(run, ids, patient=at is None)
    if as_json:
        _print_json([asdict(edit) for edit in edits])
    else:
        for edit in edits:
            typer.echo(_tell(edit))
        if not run.engine_alive() and any(edit.status == "pending" for edit in edits):
            typer.echo(f"No engine advances this run now; it acts on `hdd resume {path}`.")
    if any(edit.status == "refused" for edit in edits):
        raise typer.Exit(2)


def _await(run: Run, ids: list[int], patient: bool) -> list[Edit]:
    """The edits, once the engine has decided on them, or after a while."""
    deadline = time.monotonic() + STEER_PATIENCE_SECONDS
    while True:
        edits = [edit for edit in run.edits() if edit.id in ids]
        waiting = any(edit.status == "pending" for edit in edits)
        if not (patient and waiting and time.monotonic() < deadline and run.engine_alive()):
            return edits
        time.sleep(0.05)


def _tell(edit: Edit) -> str:
    change = edit.name if edit.old is None and edit.value is None else f"{edit.name} → {edit.value}"
    if edit.status == "applied":
        before = "" if edit.old is None else f" (was {edit.old})"
        return f"{change}{before}: applied at step {edit.step}"
    if edit.status == "refused":
        return f"{change}: refused at step {edit.step}: {edit.reason}"
    return f"{change}: pending" + ("" if edit.due is None else f" for step {edit.due}")


@app.command()
def rewind(
    path: RunPath, step: Annotated[int, typer.Option(help="Step to go back to.")], as_json: AsJson = False
) -> None:
    """Take a run back to an earlier step. A going engine does it and then waits for `hdd steer RUN go`."""
    from hdd.runs import history

    run = Run(path)
    history.rewind(run, step, who="hdd rewind")
    while run.engine_alive() and any(edit.name == "rewind" for edit in run.edits("pending")):
        time.sleep(0.05)
    _report(run, as_json)


@app.command()
def fork(
    path: RunPath,
    step: Annotated[int, typer.Option(help="Step to branch at.")],
    out: OutPath,
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Branch a new run from a step of another, with edits there, and advance it to its end."""
    run, edits = Run(path), _knobs(sets)
    from hdd import api

    with _engine(), _step_progress(edits.get("steps", run.settings.steps), step) as on_step:
        child = api.fork(run, step, out, edits, who="hdd fork", on_step=on_step)
    _report(child, as_json)


@app.command()
def replay(path: RunPath, out: OutPath, as_json: AsJson = False) -> None:
    """Make a run again from its settings and ledger, and compare bit for bit. Exit code 1 if they differ."""
    run = Run(path)
    from hdd import api

    with _engine(), _step_progress(run.step) as on_step:
        again, difference = api.replay(run, out, on_step=on_step)
    if as_json:
        _print_json({**_summary(again), "identical": difference is None, "first_difference": difference})
    elif difference is None:
        typer.echo(f"{again.path}: bit-identical to {run.path} over {run.step} steps")
    else:
        typer.echo(f"{again.path}: differs from {run.path} from step {difference} on")
    if difference is not None:
        raise typer.Exit(1)


@app.command()
def evaluate(
    path: RunPath,
    step: Annotated[int | None, typer.Option(help="Step whose images to test; the newest kept if not given.")] = None,
    protocol: Annotated[
        str, typer.Option(help="full: 1000 epochs, 5 networks; quick: 300 epochs, 2 networks.")
    ] = "full",
    networks: Annotated[int | None, typer.Option(min=1, help="Networks to train.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs of each.")] = None,
    width: Annotated[int | None, typer.Option(min=1, help="Width of the ConvNet.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Key of the draws; equal seeds make pairs.")] = None,
    augment: Annotated[bool | None, typer.Option(help="With or without augmentation; as the run if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train networks on a run's synthetic images and test them on real ones; step 0 is its random real images."""
    run = Run(path)
    given = {"networks": networks, "epochs": epochs, "width": width, "seed": seed}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if augment is not None:
        changes["augmentation"] = Settings.param.augmentation.default if augment else "none"
    from hdd import api

    with _engine(), Progress(*Progress.get_default_columns(), console=progress_console) as progress:
        task = progress.add_task("training networks")
        result = api.evaluate(
            run, step, protocol, lambda done, total: progress.update(task, completed=done, total=total), **changes
        )
    if as_json:
        _print_json({"run": str(run.path), "step": run.evaluations()[-1]["step"], **result.as_dict()})
    else:
        typer.echo(f"{run.path} at step {run.evaluations()[-1]['step']}: {result}")


@runs_app.command("list")
def runs_list(
    folder: Annotated[Path, typer.Argument(help="Folder that holds runs.")] = Path("runs"), as_json: AsJson = False
) -> None:
    """List the runs in a folder."""
    from hdd.runs.history import find_runs

    summaries = [{**_summary(run), **_kind(run)} for run in find_runs(folder)]
    if as_json:
        _print_json(summaries)
        return
    if not summaries:
        typer.echo(f"No runs in {folder}. `hdd distill --out {folder / 'demo'}` makes one.")
        return
    table = Table("run", "data set", "objective", "ipc", "state", "step", "loss")
    for each in summaries:
        loss = "" if each["loss"] is None else f"{each['loss']:.4g}"
        step = f"{each['step']} / {each['steps']}"
        table.add_row(each["run"], each["dataset"], each["objective"], str(each["ipc"]), each["state"], step, loss)
    console.print(table, markup=False)


def _kind(run: Run) -> dict[str, Any]:
    settings = run.settings
    return {"dataset": settings.dataset, "objective": settings.objective, "ipc": settings.ipc}


@runs_app.command("show")
def runs_show(path: RunPath, as_json: AsJson = False) -> None:
    """Show a run: settings, edits, evaluations, events."""
    run = Run(path)
    facts = {
        **_summary(run),
        "settings": run.settings.values(),
        "edits": [asdict(edit) for edit in run.edits()],
        "evaluations": run.evaluations(),
        "events": run.events(),
        "parent": run.meta("parent"),
        "provenance": run.meta("provenance"),
    }
    if as_json:
        _print_json(facts)
        return
    _report(run, as_json=False)
    for name, value in facts["settings"].items():
        typer.echo(f"  {name:<16} {value}")
    for edit in run.edits():
        typer.echo(f"edit by {edit.who}: {_tell(edit)}")
    for evaluation in facts["evaluations"]:
        accuracies = ", ".join(f"{100 * value:.1f}" for value in evaluation["accuracies"])
        typer.echo(f"evaluated at step {evaluation['step']} ({evaluation['protocol']['name']}): {accuracies} %")
    for event in facts["events"]:
        typer.echo(
            f"{time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(event['time']))} step {event['step']}: {event['text']}"
        )


@app.command()
def datasets(as_json: AsJson = False) -> None:
    """List the data sets that can be distilled by name."""
    from hdd.data import available

    listings = available()
    if as_json:
        _print_json([listing._asdict() for listing in listings])
        return
    table = Table("name", "images", "classes", "on this machine", "what")
    for each in listings:
        table.add_row(each.name, "×".join(map(str, each.shape)), str(each.class_count), each.status, each.about)
    console.print(table)
    typer.echo("Or your own: --dataset folder:PATH, with train/ and test/ folders of class folders of images.")


@app.command()
def bench(
    dataset: Annotated[str, typer.Option(help="Data set to step on.")] = "digits",
    ipc: Annotated[int, typer.Option(help="Synthetic images per class.")] = 10,
    steps: Annotated[int, typer.Option(min=1, help="Timed steps of each side.")] = 5,
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Measure a step against a plain loop over classes, memory, first step and storage, on this machine."""
    from hdd import bench as benchmark

    result = benchmark.run(dataset, ipc, steps, _knobs(sets))
    if as_json:
        _print_json(result)
    else:
        for name, value in result.items():
            typer.echo(f"{name:<42} {value}")


if __name__ == "__main__":
    main()
