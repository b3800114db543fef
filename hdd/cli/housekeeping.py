"""Commands that keep the runs of a folder in order."""

from typing import Annotated

import typer

from hdd.cli.common import RunPath, print_line
from hdd.runs import housekeeping
from hdd.runs.run import Run


def rename(path: RunPath, name: Annotated[str, typer.Argument(help="New name of its directory.")]) -> None:
    """Rename a run that no engine advances; it stays in its folder, and its forks still know it."""
    print_line(f"{path} is now {housekeeping.rename(path, name)}")


def note(path: RunPath, text: Annotated[str, typer.Argument(help="The note; an empty text removes it.")]) -> None:
    """Write a note on a run. It replaces the note before, and has no effect on the steps."""
    Run(path).write_note(text)


def delete(
    path: RunPath, yes: Annotated[bool, typer.Option("--yes", help="Delete it without asking.")] = False
) -> None:
    """Delete a run that no engine advances, with all of its images and records."""
    run = Run(path)
    step = run.step
    run.close()
    if yes or typer.confirm(f"Delete {path} with all of its {step} steps? This cannot be undone."):
        housekeeping.delete(path)
        print_line(f"Deleted {path}")
    else:
        print_line(f"Kept {path}")
