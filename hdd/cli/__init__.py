"""The `hdd` command."""

import sqlite3
import sys

import typer

from hdd.cli import compute, look
from hdd.cli.common import progress_console
from hdd.errors import HDDError

app = typer.Typer(
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
    compute.evaluate,
    look.datasets,
    compute.bench,
):
    app.command()(command)

runs = typer.Typer(help="Look at runs on disk.", no_args_is_help=True)
runs.command("list")(look.runs_list)
runs.command("show")(look.runs_show)
app.add_typer(runs, name="runs")


def main() -> None:
    """Entry point: a problem that the user can act on is one message and exit code 2."""
    try:
        app()
    except (HDDError, OSError, sqlite3.Error) as error:
        progress_console.print("error:", style="bold red", end=" ")
        progress_console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)
