"""The command that inspects a distilled set, whoever published it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hdd.cli.common import (
    AsJson,
    AsJsonLines,
    JsonLines,
    ReadAs,
    SetPath,
    console,
    load_library,
    print_json,
    print_line,
)
from hdd.cli.knob_options import takes_knobs
from hdd.cli.set_options import check_data_set_named
from hdd.runs.open_set import open_set, open_set_of
from hdd.sets import Reading, SyntheticSet
from hdd.sets.facts import facts_of
from hdd.settings import initial_settings

if TYPE_CHECKING:
    from hdd.sets.preflight import Report

_COLOURS = {"note": "green", "warning": "yellow", "problem": "red"}


@takes_knobs(["image_size", "unreadable"])
def inspect(
    path: SetPath,
    knobs: dict[str, Any],
    dataset: Annotated[
        str | None,
        typer.Option(help="Data set that it was distilled from, as in hdd distill; without it, nothing is compared."),
    ] = None,
    read_as: ReadAs = None,
    as_json: AsJson = False,
    as_json_lines: AsJsonLines = False,
) -> None:
    """Check a distilled set that anybody published: what its numbers mean, its colours, classes, labels, duplicates.

    Exit code 1 if something has to be looked into.
    """
    lines = JsonLines(as_json_lines)
    with lines.errors():
        found, report = _inspected(path, knobs, dataset, Reading.of_texts(read_as or []), lines)
    facts = facts_of(found)
    result = {
        "set": path,
        **facts,
        "findings": None if report is None else report.as_dicts(),
        "suggested": report and report.suggested,
    }
    if as_json_lines:
        lines.write(result=result)
    elif as_json:
        print_json(result)
    else:
        _print(facts, report)
    if report is not None and not report.clean:
        raise typer.Exit(1)


def _inspected(
    path: str, knobs: dict[str, Any], dataset: str | None, reading: Reading, lines: JsonLines
) -> tuple[SyntheticSet, "Report | None"]:
    """The set, and what the checks found; they need a data set."""
    if dataset is None:
        check_data_set_named(knobs)
        return open_set(path, reading), None
    load_library()
    from hdd.data import load_chosen
    from hdd.sets.preflight import preflight

    data = load_chosen(
        initial_settings(dataset, **knobs), lambda read, images: lines.write_throttled(reading=read, of=images)
    )
    found = open_set_of(path, data, reading)
    return found, preflight(found, data)


def _print(facts: dict[str, Any], report: "Report | None") -> None:
    for name, value in facts.items():
        print_line(f"{name}: {value}")
    for finding in () if report is None else report.findings:
        console.print(f"[bold {_COLOURS[finding.severity]}]{finding.severity}[/] {finding.check}:", end=" ")
        console.print(finding.words, markup=False, highlight=False, soft_wrap=True)
    if report is None:
        print_line("Name the data set that it was distilled from to compare it: --dataset NAME.")
    elif report.suggested:
        options = " ".join(f"--as {name}='{value}'" for name, value in report.suggested.items())
        print_line(f"Suggested: {options}")
