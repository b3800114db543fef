"""The command that runs a study, or shows what it has found. It imports torch when it runs one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from hdd.cli.common import AsJson, console, load_library, print_json, print_line, progress_console
from hdd.cli.knob_options import parse_assignments
from hdd.files import replace_file
from hdd.interrupts import end_silently
from hdd.records import StepRecord
from hdd.study import report
from hdd.study.declaration import STUDY_FILE, Study, read_study
from hdd.study.grid import Cell
from hdd.study.pace import left_text
from hdd.study.results import CellResult, read_results
from hdd.study.table import StudyTable, make_table


def study(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="The YAML file that declares the study, or the study's directory.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Directory of the study, in which its runs lie.", show_default="runs/NAME of the file"),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KNOB=VALUE", help="Set a knob of `base`; can be given several times."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Check the file and show what is there; run and write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run a declared grid of runs and evaluate them, as a table with paired differences. Called again, it continues."""
    if path.is_dir():
        out, path = out or path, path / STUDY_FILE
    declared = read_study(path, parse_assignments(sets or []))
    folder = out or Path("runs") / path.stem
    if not show:
        _run(declared, folder)
    table = make_table(declared, read_results(declared, folder))
    if not show:
        _write(table, folder)
    if as_json:
        print_json({"study": str(folder), **report.as_dict(table)})
    else:
        _print(table)
        if not show:
            print_line(f"Report: {folder / report.REPORT}; plot: {folder / report.PLOT}; runs: hdd runs list {folder}")


def _run(declared: Study, folder: Path) -> None:
    """Runs what is not done yet, and shows how far it is."""
    load_library()
    with end_silently():
        from hdd.study.running import OnStudy, run_study

    cells = declared.cells()
    columns = (
        TextColumn("{task.description}", table_column=Column(overflow="ellipsis", no_wrap=True)),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=progress_console) as progress:
        whole = progress.add_task("runs", total=len(cells), note="")
        current = progress.add_task("", total=None, visible=False, note="")

        def on_cell(cell: Cell) -> None:
            progress.update(
                current, description=cell.label, total=cell.settings.steps, completed=0, visible=True, note="steps"
            )

        def on_step(record: StepRecord) -> None:
            progress.update(current, completed=record.step)

        def on_epoch(done: int, total: int) -> None:
            progress.update(current, completed=done, total=total, note="evaluation, epochs")

        def on_done(cell: Cell, results: Sequence[CellResult]) -> None:
            decided = sum(result.is_decided for result in results)
            note = left_text(results)
            progress.update(whole, completed=decided, note=note)
            (result,) = (each for each in results if each.cell == cell)
            found = result.problem or f"{100 * (result.last or 0.0):.1f} %"
            progress_console.print(
                f"{decided}/{len(cells)} {cell.label}: {found}{note and f', {note}'}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )

        def on_start(results: Sequence[CellResult]) -> None:
            decided = sum(result.is_decided for result in results)
            progress.update(whole, completed=decided, note=left_text(results))

        run_study(declared, folder, OnStudy(on_start, on_cell, on_step, on_epoch, on_done))


def _write(table: StudyTable, folder: Path) -> None:
    """Writes the report and the plot."""
    from hdd.study.plot import save_plot

    drawn = save_plot(table, folder / report.PLOT)
    with replace_file(folder / report.REPORT) as partial:
        partial.write_text(report.markdown(table, folder, report.PLOT if drawn else None), encoding="utf-8")


def _print(table: StudyTable) -> None:
    """Prints the table, and before it what one has to know to read it."""
    if table.study.title:
        print_line(table.study.title)
    if left := left_text(table.results):
        print_line(f"- {left[:1].upper()}{left[1:]}.")
    for line in (*report.method_lines(table), *report.budget_lines(table)):
        print_line(f"- {line}")
    for part in (report.main_table(table), report.steps_table(table), report.candidates_table(table)):
        if part is not None:
            titles, lines = part
            widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
            # Labels are folded before figures are.
            figures = [Column(title, min_width=width) for title, width in zip(titles[1:], widths[1:], strict=True)]
            shown = Table(Column(titles[0], overflow="fold"), *figures)
            for cells in lines:
                shown.add_row(*cells)
            console.print(shown, markup=False)
    for line in report.remark_lines(table):
        print_line(f"- {line}")
