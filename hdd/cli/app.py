"""The commands of `hdd`, and how each of them ends."""

import sqlite3
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from hdd.cli import compute, housekeeping, look
from hdd.cli.audit import audit
from hdd.cli.common import progress_console
from hdd.cli.evaluate import evaluate
from hdd.cli.export import export
from hdd.cli.inspect_set import inspect
from hdd.cli.prune import prune
from hdd.cli.study import study
from hdd.errors import HDDError


class _Group(TyperGroup):
    """A group whose commands end with a message and exit code 130 on Ctrl-C."""

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:
            _print_problem("interrupted:", str(interrupt) or "Nothing was recorded.")
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Group,
    help="Hyperbolic dataset distillation: runs that can be steered, killed, rewound, forked and replayed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (
    compute.distill,
    look.steer,
    compute.resume,
    look.rewind,
    compute.fork,
    compute.replay,
    evaluate,
    prune,
    study,
    inspect,
    audit,
    export,
    look.datasets,
    look.knobs,
    compute.check,
    compute.bench,
):
    app.command()(command)

runs = typer.Typer(help="Look at runs on disk, and keep them in order.", no_args_is_help=True)
runs.command("list")(look.runs_list)
runs.command("show")(look.runs_show)
runs.command("rename")(housekeeping.rename)
runs.command("note")(housekeeping.note)
runs.command("delete")(housekeeping.delete)
app.add_typer(runs, name="runs")


def run() -> None:
    """Runs a command. A problem that the user can act on gives one message and exit code 2."""
    try:
        app()
    except (HDDError, OSError, sqlite3.Error) as error:
        _print_problem("error:", str(error))
        sys.exit(2)


def _print_problem(what: str, message: str) -> None:
    progress_console.print(what, style="bold red", end=" ")
    progress_console.print(message, markup=False, highlight=False, soft_wrap=True)
