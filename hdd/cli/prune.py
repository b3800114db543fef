"""The command that previews pruning, and asks the engine of a run for it. It imports torch when it is run."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from hdd.cli.common import (
    AsJson,
    DataPlace,
    RunPath,
    console,
    load_library,
    print_edits,
    print_json,
    print_line,
    progress_console,
    wait_for_decisions,
)
from hdd.cli.control import TakeOver, in_control
from hdd.cli.knob_options import flag
from hdd.errors import InvalidInputError, RunStateError
from hdd.interrupts import end_silently
from hdd.pruning.distilled_knobs import NAMES as DISTILLED_PRUNING
from hdd.pruning.knobs import NAMES as PRUNING
from hdd.pruning.knobs import SIDES
from hdd.records import Edit
from hdd.runs.run import Run
from hdd.settings import allowed, parse
from hdd.states import EditStatus, EngineState


def prune(
    path: RunPath,
    rate: Annotated[
        str | None,
        typer.Option(
            metavar="VALUE",
            help=f"Fraction of each class to leave out: {allowed('pruning_rate')}; default: as in the run.",
        ),
    ] = None,
    score: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Score: {allowed('pruning_score')}; default: as in the run."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(metavar="SIDE", help="near keeps the lowest scores, far the highest; default: as in the run."),
    ] = None,
    distilled: Annotated[
        bool, typer.Option("--distilled", help="Leave out synthetic images instead of real ones.")
    ] = False,
    sheet: Annotated[
        Path | None, typer.Option(help="PNG file for a picture of kept images beside those that are left out.")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Send the given values to the run, as hdd steer does.")
    ] = False,
    at: Annotated[
        int | None, typer.Option(help="With --apply: step at which the edit is applied; default: the next one.")
    ] = None,
    note: Annotated[
        str | None, typer.Option(help="With --apply: why the knobs are changed; kept with the edits.")
    ] = None,
    data: DataPlace = None,
    take_over: TakeOver = False,
    as_json: AsJson = False,
) -> None:
    """Preview which images pruning would leave out of a run; with --apply, ask for it.

    A finished run can only be previewed. Its distilled set is pruned by a fork at its last step.
    """
    run = Run(path)
    given = zip(DISTILLED_PRUNING if distilled else PRUNING, (rate, score, keep), strict=True)
    changes = {name: parse(name, text) for name, text in given if text is not None}
    if apply:
        _check_can_apply(run, changes, distilled, at)
    elif at is not None or note is not None:
        raise InvalidInputError("--at and --note are about the edit that --apply asks for: give --apply too.")
    load_library(background=True)
    with end_silently():
        from hdd.runs.pruning_preview import preview_pruning
        from hdd.runs.pruning_sheet import save_pruning_sheet

    with progress_console.status("reading images") as status:
        preview = preview_pruning(
            run,
            distilled,
            changes,
            progress=lambda done, count: status.update(f"scoring: {done:,} of {count:,}"),
            place=data,
        )
    if sheet is not None:
        save_pruning_sheet(preview, sheet)
    found = {"run": str(path), **preview.as_dict(), "sheet": None if sheet is None else str(sheet)}
    if not as_json:
        _print_preview(found)
    edits: list[Edit] = []
    if apply:
        with in_control(run, "hdd prune", take_over) as who:
            ids = run.steer(who=who, at=at, note=note or "", **changes)
        edits = wait_for_decisions(run, ids, patient=at is None)
    if as_json:
        print_json({**found, "edits": [asdict(edit) for edit in edits]})
    else:
        print_edits(run, edits)
    if any(edit.status == EditStatus.REFUSED for edit in edits):
        raise typer.Exit(2)


def _check_can_apply(run: Run, changes: dict[str, Any], distilled: bool, at: int | None) -> None:
    """Refuses at once what the engine could not do after the preview.

    Raises:
        HDDError: the run is finished, nothing is to be changed, or the step has passed or will never come.
    """
    if not changes:
        raise InvalidInputError("There is nothing to apply: give --rate, --score or --keep.")
    if run.status().state == EngineState.FINISHED:
        step = run.step
        how = (
            f"To prune its distilled set without another step, fork it: hdd fork {run.path} --step {step} "
            f"{' '.join(f'{flag(name)} {value}' for name, value in changes.items())} --out NEW."
            if distilled
            else f"To match fewer real images, fork it at an earlier step, or resume it with more steps than {step}."
        )
        raise RunStateError(f"{run.path} is finished at step {step}, so pruning can only be previewed. {how}")
    run.check_steer(changes, at)


def _print_preview(found: dict[str, Any]) -> None:
    kind = "synthetic" if found["distilled"] else "real"
    table = Table("class", "images", "kept", "left out", "scores", "kept now", "in both")
    for each in found["classes"]:
        scores = "" if each["lowest"] is None else f"{each['lowest']:.3g} to {each['highest']:.3g}"
        left_out = each["images"] - each["kept"]
        counts = (each["images"], each["kept"], left_out)
        table.add_row(each["name"], *map(str, counts), scores, str(each["kept_now"]), str(each["kept_in_both"]))
    console.print(table, markup=False)
    print_line(
        f"rate {found['rate']:g}, score {found['score']}, {SIDES[found['keep']]} kept: {found['kept']:,} of "
        f"{found['images']:,} {kind} images stay. {found['kept_now']:,} are kept now, and {found['kept_in_both']:,} of "
        "these would stay."
    )
    if single := sum(each["kept"] == 1 < each["images"] for each in found["classes"]):
        print_line(f"At least one image of each class stays, whatever the rate; of {single} classes, no more than one.")
    if found["distilled"]:
        print_line(f"Scores are those of step {found['step']}; an edit scores the images of the step that it comes to.")
    if found["sheet"] is not None:
        print_line(f"Sheet: {found['sheet']}")
