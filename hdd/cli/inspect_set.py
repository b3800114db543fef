"""The command that inspects a distilled set, whoever published it."""

from typing import Annotated, Any

import typer

from hdd.cli.common import AsJson, ReadAs, SetPath, console, load_library, print_json, print_line
from hdd.cli.knob_options import takes_knobs
from hdd.errors import InvalidInputError
from hdd.runs.open_set import open_set, open_set_of
from hdd.sets import Reading
from hdd.sets.facts import facts_of
from hdd.settings import initial_settings

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
) -> None:
    """Check a distilled set that anybody published: what its numbers mean, its colours, classes, labels, duplicates.

    Exit code 1 if something has to be looked into.
    """
    reading = Reading.of_texts(read_as or [])
    if dataset is None:
        if knobs:
            raise InvalidInputError(f"{next(iter(knobs))} is for the images of a data set: name one with --dataset.")
        found, report = open_set(path, reading), None
    else:
        load_library()
        from hdd.data import load_chosen
        from hdd.sets.preflight import preflight

        data = load_chosen(initial_settings(dataset, **knobs))
        found = open_set_of(path, data, reading)
        report = preflight(found, data)
    facts = facts_of(found)
    if as_json:
        findings = None if report is None else report.as_dicts()
        print_json({"set": str(path), **facts, "findings": findings, "suggested": report and report.suggested})
    else:
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
    if report is not None and not report.clean:
        raise typer.Exit(1)
