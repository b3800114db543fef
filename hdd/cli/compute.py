"""Commands that compute: distill, resume, fork, replay, evaluate, bench. Torch is imported when one is run."""

import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from hdd.cli.common import (
    AsJson,
    AsJsonLines,
    JsonLines,
    OutPath,
    Queue,
    RunPath,
    load_library,
    parse_schedule,
    print_json,
    progress_console,
    report,
    say,
    step_progress,
)
from hdd.cli.knob_options import takes_knobs
from hdd.errors import InvalidInputError
from hdd.interrupts import end_silently
from hdd.methods import METHODS
from hdd.objectives import OBJECTIVES
from hdd.runs.run import Run
from hdd.settings import PRESETS, Settings, initial_settings, method_and_objective

Preset = StrEnum("Preset", list(PRESETS))
_GEOMETRIC = Preset("geometric")

QUIET_LOAD = 0.5
"""Load average above which something else keeps the machine busy."""


@takes_knobs(Settings.names())
def distill(
    knobs: dict[str, Any],
    method: Annotated[
        str | None,
        typer.Option(help=f"{Settings.knob('method').doc} Alone, it is made with its own objective.", metavar="NAME"),
    ] = None,
    objective: Annotated[str | None, typer.Option(help=Settings.knob("objective").doc, metavar="NAME")] = None,
    preset: Annotated[
        Preset, typer.Option(help="; ".join(f"{name}: {preset.label}" for name, preset in PRESETS.items()))
    ] = _GEOMETRIC,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the run; runs/DATASET-OBJECTIVE-TIME if not given.")
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="STEP:KNOB=VALUE", help="Edit to make at a step; can be given again."),
    ] = None,
    queue: Queue = False,
    as_json: AsJson = False,
    as_json_lines: AsJsonLines = False,
) -> None:
    """Distil a data set: make a run and advance it to its end. Ctrl-C stops it; `hdd resume` goes on."""
    lines = JsonLines(as_json_lines)
    with lines.errors():
        chosen = method_and_objective(method, objective)
        if method is not None and chosen["method"] != method:
            progress_console.print(f"--method {method} is --objective {method} now; the method is {chosen['method']}.")
        for name in sorted(chosen.keys() & knobs.keys()):
            raise InvalidInputError(
                f"{name} is given twice, as {chosen[name]} and by --set as {knobs[name]}: give it once."
            )
        knobs |= chosen
        edits = parse_schedule(at)
        settings = initial_settings(preset=preset.value, **knobs)
        api = load_library()
        with step_progress(settings.steps, shown=not as_json_lines) as progress:

            def on_load(read: int, images: int) -> None:
                progress.on_load(read, images)
                lines.tell_often(reading=read, of=images)

            run = api.distill(
                preset=preset.value,
                out=out,
                at=edits,
                who="hdd distill",
                on_step=progress.on_step,
                on_load=on_load,
                on_create=lambda run: lines.tell(run=str(run.path)),
                on_wait=progress.on_wait,
                queue=queue,
                **knobs,
            )
        if as_json_lines:
            lines.tell(result=run.summary())
        else:
            report(run, as_json)


def resume(
    path: RunPath,
    steps: Annotated[int | None, typer.Option(help="New number of steps; also goes on with a finished run.")] = None,
    until: Annotated[int | None, typer.Option(help="Stop, unfinished, after this step.")] = None,
    queue: Queue = False,
    as_json: AsJson = False,
) -> None:
    """Resume a run that was stopped, killed, rewound or forked."""
    run = Run(path)
    api = load_library()
    with step_progress(steps or run.settings.steps, run.step) as progress:
        api.resume(run, until=until, steps=steps, on_step=progress.on_step, queue=queue, on_wait=progress.on_wait)
    report(run, as_json)


@takes_knobs(Settings.steerable())
def fork(
    path: RunPath,
    knobs: dict[str, Any],
    step: Annotated[int, typer.Option(help="Step to branch at.")],
    out: OutPath,
    queue: Queue = False,
    as_json: AsJson = False,
) -> None:
    """Branch a new run from a step of another, with edits there, and advance it to its end."""
    run = Run(path)
    api = load_library()
    with step_progress(knobs.get("steps", run.settings.steps), step) as progress:
        child = api.fork(
            run, step, out, knobs, "hdd fork", on_step=progress.on_step, on_wait=progress.on_wait, queue=queue
        )
    report(child, as_json)


def replay(path: RunPath, out: OutPath, as_json: AsJson = False) -> None:
    """Make a run again from its settings and ledger, and compare bit for bit. Exit code 1 if they differ."""
    run = Run(path)
    api = load_library()
    with step_progress(run.step) as progress:
        again, difference = api.replay(run, out, on_step=progress.on_step)
    if as_json:
        print_json({**again.summary(), "identical": difference is None, "first_difference": difference})
    elif difference is None:
        say(f"{again.path}: bit-identical to {run.path} over {run.step} steps")
    else:
        say(f"{again.path}: differs from {run.path} from step {difference} on")
    if difference is not None:
        raise typer.Exit(1)


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
    as_json_lines: AsJsonLines = False,
) -> None:
    """Train networks on a run's synthetic images and test them on real ones; step 0 is its random real images."""
    lines = JsonLines(as_json_lines)
    with lines.errors():
        run = Run(path)
        given = {"networks": networks, "epochs": epochs, "width": width, "seed": seed}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if augment is not None:
            changes["augmentation"] = Settings.knob("augmentation").default if augment else "none"
        api = load_library(background=True)
        columns = Progress.get_default_columns()
        with Progress(*columns, console=progress_console, disable=as_json_lines) as progress:
            task = progress.add_task("training networks")

            def on_epoch(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)
                lines.tell_often(done=done, total=total)

            evaluation = api.evaluate(run, step, protocol, on_epoch, **changes)
        step = run.evaluations()[-1]["step"]
        result = {"run": str(run.path), "step": step, **evaluation.as_dict()}
        if as_json_lines:
            lines.tell(result=result)
        elif as_json:
            print_json(result)
        else:
            say(f"{run.path} at step {step}: {evaluation}")


def check(
    names: Annotated[list[str] | None, typer.Argument(help="Methods and objectives; all if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that methods and objectives keep the rules of the library, and time their steps. Exit code 1 if not."""
    for name in names or []:
        if name not in METHODS and name not in OBJECTIVES:
            known = ", ".join((*METHODS.names(), *OBJECTIVES.names()))
            raise InvalidInputError(f"There is no method and no objective {name!r} here: give some of {known}.")
    load_library()
    with end_silently():
        from hdd.conformance import check_method, check_objective

    found = []
    for kind, registry, look in (("method", METHODS, check_method), ("objective", OBJECTIVES, check_objective)):
        for name in registry.names():
            if not names or name in names:
                found.append({"kind": kind, **asdict(look(name))})
    if as_json:
        print_json(found)
    else:
        for each in found:
            kept = f"keeps all rules, {each['milliseconds']:.1f} ms a step" if not each["broken"] else "breaks rules:"
            say(f"{each['kind']} {each['name']} {kept}")
            for rule in each["broken"]:
                say(f"  {rule}")
    if any(each["broken"] for each in found):
        raise typer.Exit(1)


@takes_knobs(Settings.names())
def bench(
    knobs: dict[str, Any],
    steps: Annotated[int, typer.Option(min=1, help="Timed steps of a round.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Measure a step against a plain loop over classes, memory, first step and storage, on this machine."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > QUIET_LOAD:
        progress_console.print(
            f"[bold yellow]warning:[/] the load average is {load:.1f}: figures need a quiet machine."
        )
    with end_silently():
        from hdd import bench as benchmark

    with progress_console.status("loading the data set") as status:
        result = benchmark.run(steps, knobs, status.update)
    if as_json:
        print_json(result)
    else:
        for name, value in result.items():
            say(f"{name:<42} {value}")
