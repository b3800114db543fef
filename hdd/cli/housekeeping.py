"""Commands that keep the runs of a folder in order."""

from contextlib import closing
from typing import Annotated

import typer

from hdd.cli.common import RunPath, print_line
from hdd.cli.control import TakeOver, check_control
from hdd.errors import InvalidInputError
from hdd.runs import housekeeping
from hdd.runs.run import Run


def rename(
    path: RunPath,
    name: Annotated[str, typer.Argument(help="New name of its directory.")],
    take_over: TakeOver = False,
) -> None:
    """Rename a run that no engine advances; it stays in its folder, and its forks still know it."""
    with closing(Run(path)) as run:
        check_control(run, "hdd runs rename", take_over)
    print_line(f"{path} is now {housekeeping.rename(path, name)}")


def note(
    path: RunPath,
    text: Annotated[str, typer.Argument(help="The note; an empty text removes it.")],
    take_over: TakeOver = False,
) -> None:
    """Write a note on a run. It replaces the note before, and has no effect on the steps."""
    run = Run(path)
    check_control(run, "hdd runs note", take_over)
    run.write_note(text)


def delete(
    path: RunPath,
    yes: Annotated[bool, typer.Option("--yes", help="Delete it without asking.")] = False,
    take_over: TakeOver = False,
) -> None:
    """Delete a run that no engine advances, with all of its images and records."""
    with closing(Run(path)) as run:
        step = run.step
        # Control goes with the run, so it is not taken before the user has agreed.
        if not take_over:
            check_control(run, "hdd runs delete", take_over)
    if yes or _agrees(f"Delete {path} with all of its {step} steps? This cannot be undone."):
        housekeeping.delete(path)
        print_line(f"Deleted {path}")
    else:
        print_line(f"Kept {path}")


def _agrees(question: str) -> bool:
    """The user's answer.

    Raises:
        HDDError: there is nobody to answer, as the standard input or output is closed.
    """
    try:
        return typer.confirm(question)
    except RuntimeError:
        raise InvalidInputError(f"Nobody can be asked here: {question} Give --yes to say so.") from None
