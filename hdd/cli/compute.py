"""Commands that compute: distill, resume, fork, replay, check, bench. They import torch when they are run."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hdd.cli.common import (
    AsJson,
    AsJsonLines,
    DataPlace,
    JsonLines,
    OutPath,
    Queue,
    ReadAs,
    RunPath,
    load_library,
    parse_schedule,
    print_json,
    print_line,
    print_report,
    print_warning,
    progress_console,
    step_progress,
)
from hdd.cli.control import By, TakeOver, check_control
from hdd.cli.knob_options import takes_knobs
from hdd.errors import InvalidInputError, NotInstalledError
from hdd.interrupts import end_silently
from hdd.methods import METHODS
from hdd.objectives import OBJECTIVES
from hdd.records import StepRecord
from hdd.runs.driver_lease import by as author
from hdd.runs.run import Run
from hdd.runs.stretches import why_different
from hdd.sets import Reading
from hdd.settings import PRESETS, Settings, initial_settings, method_and_objective

Preset = StrEnum("Preset", list(PRESETS))
_GEOMETRIC = Preset("geometric")
_GENERAL = "; ".join(f"{name}: {preset.label}" for name, preset in PRESETS.items() if preset.dataset is None)

QUIET_LOAD = 0.5
"""If the load average is above this, something else is keeping the machine busy."""


def idle_knobs(settings: Settings, knobs: Mapping[str, Any], edits: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """The names of given knobs that no method or objective of the run uses, now or after an edit."""
    given, used = {*knobs}, {*settings.in_force()}
    for _, changes in sorted(edits.items()):
        given |= {*changes}
        settings = settings.changed(**changes)
        used |= {*settings.in_force()}
    return sorted(given - used)


@takes_knobs(Settings.names())
def distill(
    knobs: dict[str, Any],
    method: Annotated[
        str | None,
        typer.Option(
            help=f"{Settings.knob('method').doc} Without --objective, the method's own objective is taken.",
            metavar="NAME",
        ),
    ] = None,
    objective: Annotated[str | None, typer.Option(help=Settings.knob("objective").doc, metavar="NAME")] = None,
    preset: Annotated[
        Preset, typer.Option(help=f"{_GENERAL}. The others are rows of published tables, with their data set and ipc.")
    ] = _GEOMETRIC,
    out: Annotated[
        Path | None, typer.Option(help="Directory of the run; default: runs/DATASET-OBJECTIVE-TIME.")
    ] = None,
    init: Annotated[
        str | None,
        typer.Option(
            metavar="[real|noise|SET]",
            help=f"{Settings.knob('init').doc} Or a distilled set to start from: a file or folder, RUN or RUN@STEP.",
            show_default="real",
        ),
    ] = None,
    read_as: ReadAs = None,
    at: Annotated[
        list[str] | None,
        typer.Option("--at", metavar="STEP:KNOB=VALUE", help="Make an edit at a step; can be given several times."),
    ] = None,
    queue: Queue = False,
    as_json: AsJson = False,
    as_json_lines: AsJsonLines = False,
) -> None:
    """Distil a data set: make a run and advance it to its end. Ctrl-C stops it, and `hdd resume` resumes it."""
    lines = JsonLines(as_json_lines)
    with lines.errors():
        chosen = method_and_objective(method, objective)
        if method is not None and chosen["method"] != method:
            progress_console.print(
                f"--method {method} is called --objective {method} now; the method is {chosen['method']}."
            )
        for name in sorted(chosen.keys() & knobs.keys()):
            raise InvalidInputError(
                f"{name} is given twice: as {chosen[name]}, and as {knobs[name]} by --set. Give it once."
            )
        initial = None
        if init is not None and "init" in knobs:
            raise InvalidInputError("init is given twice: by --init and by --set. Give it once.")
        if init in Settings.knob("init").objects:
            knobs["init"] = init
        elif init is not None:
            initial = init
        if read_as and initial is None:
            raise InvalidInputError("--as says how the set of --init is to be read: give --init SET too.")
        knobs |= chosen
        edits = parse_schedule(at)
        settings = initial_settings(preset=preset.value, **knobs)
        for name in idle_knobs(settings, knobs, edits):
            progress_console.print(f"{name} has no effect here: it is a knob of another method or objective.")
        api = load_library()
        with step_progress(settings.steps, shown=not as_json_lines) as progress:

            def on_step(record: StepRecord) -> None:
                progress.on_step(record)
                lines.write_throttled(step=record.step, of=settings.steps, loss=record.loss)

            def on_load(read: int, images: int) -> None:
                progress.on_load(read, images)
                lines.write_throttled(reading=read, of=images)

            def on_create(run: Run) -> None:
                lines.write(run=str(run.path))
                if data := run.meta("provenance").get("data"):
                    progress_console.print(data, markup=False, highlight=False)

            run = api.distill(
                preset=preset.value,
                out=out,
                at=edits,
                who=author("hdd distill"),
                on_step=on_step,
                on_load=on_load,
                on_create=on_create,
                on_wait=progress.on_wait,
                queue=queue,
                initial=initial,
                reading=Reading.of_texts(read_as or []),
                **knobs,
            )
        if as_json_lines:
            lines.write(result=run.summary())
        else:
            print_report(run, as_json)


def resume(
    path: RunPath,
    steps: Annotated[
        int | None, typer.Option(help="New number of steps; with more steps, a finished run can be resumed too.")
    ] = None,
    until: Annotated[int | None, typer.Option(help="Stop after this step, before the run is finished.")] = None,
    data: DataPlace = None,
    queue: Queue = False,
    take_over: TakeOver = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Resume a run that was stopped, killed, rewound or forked."""
    run = Run(path)
    who = by or check_control(run, "hdd resume", take_over)
    api = load_library()
    with step_progress(steps or run.settings.steps, run.step) as progress:
        api.resume(
            run,
            until=until,
            steps=steps,
            on_step=progress.on_step,
            queue=queue,
            on_wait=progress.on_wait,
            place=data,
            on_load=progress.on_load,
            on_warning=print_warning,
            who=who,
        )
    print_report(run, as_json)


@takes_knobs(Settings.steerable())
def fork(
    path: RunPath,
    knobs: dict[str, Any],
    step: Annotated[int, typer.Option(help="Step to branch at.")],
    out: OutPath,
    data: DataPlace = None,
    queue: Queue = False,
    as_json: AsJson = False,
) -> None:
    """Branch a new run from a step of another run, make edits at that step, and advance it to its end."""
    run = Run(path)
    api = load_library()
    with step_progress(knobs.get("steps", run.settings.steps), step) as progress:
        child = api.fork(
            run,
            step,
            out,
            knobs,
            author("hdd fork"),
            on_step=progress.on_step,
            on_wait=progress.on_wait,
            queue=queue,
            place=data,
            on_load=progress.on_load,
            on_warning=print_warning,
        )
    print_report(child, as_json)


def replay(path: RunPath, out: OutPath, data: DataPlace = None, as_json: AsJson = False) -> None:
    """Make a run again from its settings and ledger, and compare bit for bit. Exit code 1 if they differ."""
    run = Run(path)
    api = load_library()
    with step_progress(run.step) as progress:
        again, difference = api.replay(run, out, on_step=progress.on_step, place=data, on_load=progress.on_load)
    cause = None if difference is None else why_different(run, again, difference)
    if as_json:
        found = {"identical": difference is None, "first_difference": difference, "cause": cause}
        print_json({**again.summary(), **found})
    elif difference is None:
        print_line(f"{again.path}: bit-identical to {run.path} over {run.step} steps")
    else:
        print_line(f"{again.path}: differs from {run.path} from step {difference} on. {cause}")
    if difference is not None:
        raise typer.Exit(1)


def check(
    names: Annotated[list[str] | None, typer.Argument(help="Methods and objectives to check; default: all.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that methods and objectives keep the library's rules, and time a step. Exit code 1 if a rule is broken."""
    for name in names or []:
        if name not in METHODS and name not in OBJECTIVES:
            for registry in (METHODS, OBJECTIVES):
                registry.check_left_out(name)
            known = ", ".join((*METHODS.names(), *OBJECTIVES.names()))
            raise InvalidInputError(f"There is no method and no objective {name!r}: give one or more of {known}.")
    load_library()
    with end_silently():
        from hdd.conformance import check_method, check_objective

    found = []
    for kind, registry, look in (("method", METHODS, check_method), ("objective", OBJECTIVES, check_objective)):
        for name in registry.names():
            if names and name not in names:
                continue
            try:
                found.append({"kind": kind, **asdict(look(name))})
            except NotInstalledError as error:
                if names:
                    raise
                progress_console.print(f"{kind} {name} is left out: {error}", markup=False)
    if as_json:
        print_json(found)
    else:
        for each in found:
            kept = f"keeps all rules, {each['milliseconds']:.1f} ms per step" if not each["broken"] else "breaks rules:"
            print_line(f"{each['kind']} {each['name']} {kept}")
            for rule in each["broken"]:
                print_line(f"  {rule}")
    if any(each["broken"] for each in found):
        raise typer.Exit(1)


@takes_knobs(Settings.names())
def bench(
    knobs: dict[str, Any],
    steps: Annotated[int, typer.Option(min=1, help="Timed steps in each round.")] = 5,
    growth: Annotated[
        bool,
        typer.Option(
            "--growth", help="Measure growth with images per class, classes, resolution and width too (2 minutes)."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a step with a plain loop over classes, and measure its stages, memory and first step on this machine."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > QUIET_LOAD:
        progress_console.print(
            f"[bold yellow]warning:[/] the load average is {load:.1f}: the figures are only valid on an idle machine."
        )
    with end_silently():
        from hdd import bench as benchmark

    with progress_console.status("loading the data set") as status:
        result = benchmark.run(steps, knobs, status.update, growth)
    if as_json:
        print_json(result)
        return
    for name, value in result.items():
        if isinstance(value, dict):
            print_line(name)
            for part, figure in value.items():
                print_line(f"    {part:<38} {figure}")
        else:
            print_line(f"{name:<42} {value}")
