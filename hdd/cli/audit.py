"""The command that audits a distilled set, whoever published it."""

import operator
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from hdd.cli.common import (
    AsJson,
    AsJsonLines,
    DataPlace,
    JsonLines,
    ReadAs,
    SetPath,
    console,
    load_library,
    print_json,
    print_line,
    progress_console,
)
from hdd.cli.knob_options import takes_knobs
from hdd.errors import InvalidInputError
from hdd.sets import Reading

if TYPE_CHECKING:
    from hdd.audit import Audit, Measure
    from hdd.sets.preflight import Report

ISSUES_SHOWN = 10
COMPARISONS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}

Network = StrEnum("Network", ["random", "trained"])
FailOn = StrEnum("FailOn", ["problem", "warning", "never"])


@takes_knobs(["image_size", "unreadable"])
def audit(
    path: SetPath,
    knobs: dict[str, Any],
    dataset: Annotated[
        str | None, typer.Option(help="For files, not for runs: the data set that the set was distilled from.")
    ] = None,
    network: Annotated[
        Network,
        typer.Option(
            help="Whose features are looked at: a random network as in matching, or one that is trained on the real "
            "images, once for each data set, which takes a minute or so."
        ),
    ] = Network.random,
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES", help="Metrics, joined by commas; default: all that train nothing. See docs/audit.md."
        ),
    ] = None,
    train: Annotated[
        bool,
        typer.Option(
            "--train",
            help="Also train ConvNets, MLPs and LeNets on the set, on as many random real images and on all real "
            "images, and compare them; takes minutes.",
        ),
    ] = False,
    html: Annotated[Path | None, typer.Option(help="Write a report: one page that opens anywhere.")] = None,
    fail_on: Annotated[
        FailOn, typer.Option(help="Exit code 1 if an image, or the preflight, has something this serious.")
    ] = FailOn.problem,
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="Exit code 1 unless a figure is as given, as in 'recall>=0.5'; can be given several times.",
        ),
    ] = None,
    data_place: DataPlace = None,
    read_as: ReadAs = None,
    as_json: AsJson = False,
    as_json_lines: AsJsonLines = False,
) -> None:
    """Judge a distilled set against real images: copies, repetitions, labels, coverage, geometry.

    Exit code 1 if something is wrong with it, see --fail-on and --require.
    """
    lines = JsonLines(as_json_lines)
    with lines.errors():
        reading = Reading.of_texts(read_as or [])
        conditions = [_Condition.of_text(each) for each in require or []]
        load_library()
        from hdd.audit import METRICS, Severity, default_metrics
        from hdd.audit import audit as measured
        from hdd.audit.opening import open_subject

        names = default_metrics() if metrics is None else [each.strip() for each in metrics.split(",")]
        if train:
            names = [*names, *(name for name in METRICS.names() if METRICS.get(name).trains and name not in names)]
        for name in names:
            METRICS.get(name)
        columns, silent = Progress.get_default_columns(), as_json or as_json_lines
        with Progress(*columns, console=progress_console, disable=silent) as progress:
            task = progress.add_task("reading images")

            def show(what: str, done: int, total: int) -> None:
                progress.update(task, description=what, completed=done, total=total)
                lines.write_throttled(doing=what, done=done, total=total)

            subject, preflight = open_subject(path, dataset, reading, network, show, data_place, **knobs)
            found = measured(subject, names)
        if html is not None:
            from hdd.audit.report import save_report

            save_report(found, preflight, path, html)
        missed = [words for each in conditions if (words := each.missed(found.figures))]
    result = {"set": path, "preflight": preflight.as_dicts(), **found.as_dict(), "missed": missed}
    if as_json:
        print_json(result)
    elif as_json_lines:
        lines.write(result=result)
    else:
        _print(found, preflight, missed)
        if html is not None:
            print_line(f"Report: {html}")
    severities = {each.severity for each in (*found.issues, *preflight.findings)}
    serious = {"never": set(), "problem": {Severity.PROBLEM}, "warning": {Severity.PROBLEM, Severity.WARNING}}
    if missed or severities & serious[fail_on]:
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Condition:
    """What a figure must be: `name` `comparison` `bound`."""

    name: str
    comparison: str
    bound: float

    @classmethod
    def of_text(cls, text: str) -> "_Condition":
        """Parses a text such as "recall>=0.5".

        Raises:
            HDDError: it has another form.
        """
        parts = re.fullmatch(r"(.+?)\s*(<=|>=|<|>)\s*(\S+)", text.strip())
        try:
            if parts is None:
                raise ValueError
            return cls(parts[1], parts[2], float(parts[3]))
        except ValueError:
            raise InvalidInputError(
                f"--require {text!r} is no condition: write the name of a figure, <, <=, > or >=, and a number, as in "
                "'recall>=0.5'."
            ) from None

    def missed(self, figures: "list[Measure]") -> str:
        """In words, how the figures miss the condition; "" if they do not.

        Raises:
            HDDError: there is no such figure, or it has no value.
        """
        values = {figure.name: figure for figure in figures}
        if self.name not in values:
            raise InvalidInputError(f"There is no figure {self.name!r}: give one of {', '.join(values)}.")
        value = values[self.name].value
        if value is None:
            raise InvalidInputError(f"{self.name} has no value here: {values[self.name].words}")
        holds = COMPARISONS[self.comparison](value, self.bound)
        return "" if holds else f"{self.name} is {value:.4g}, which is not {self.comparison} {self.bound:g}"


def _print(found: "Audit", preflight: "Report", missed: list[str]) -> None:
    for finding in preflight.findings:
        if finding.severity != "note":
            print_line(f"{finding.severity} {finding.check}: {finding.words}")
    table = Table("figure", "set", "unseen real", "in words")
    for figure in found.figures:
        value, control = ("–" if each is None else f"{each:.3g}" for each in (figure.value, figure.control))
        table.add_row(escape(figure.name), value, control, escape(figure.words))
    console.print(table)
    chosen, classes, labels = found.subject.chosen, found.subject.classes, found.subject.labels
    issues = found.issues
    for issue in issues[:ISSUES_SHOWN]:
        print_line(f"{issue.severity} image {chosen[issue.image]} ({classes[labels[issue.image]]}): {issue.words}")
    if len(issues) > ISSUES_SHOWN:
        print_line(f"… and {len(issues) - ISSUES_SHOWN} more: --json lists all.")
    for each in missed:
        print_line(f"required: {each}")
