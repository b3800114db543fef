"""Commands that change a run are refused while somebody else is in control of it."""

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer

from hdd.errors import InUseError, StorageError
from hdd.runs.driver_lease import DriverLease, by
from hdd.runs.run import Run

TakeOver = Annotated[
    bool, typer.Option("--take-over", help="Take control from whoever steers the run on a page or in a notebook.")
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAME",
        hidden=True,
        help="For pages and notebooks, which have made sure that NAME is in control: who asks for it, for the ledger.",
    ),
]


@contextmanager
def in_control(run: Run, means: str, take_over: bool) -> Generator[str]:
    """Within this context, a command is in control of a run; yields who that is, for the ledger.

    Raises:
        HDDError: somebody else is in control, and it does not take over, or cannot.
    """
    lease, key, who = DriverLease(run.path), uuid.uuid4().hex, by(means)
    run.check_writable()
    taken = lease.take(key, who, take_over)
    if not taken and take_over:
        raise StorageError(f"Control of {run.path} cannot be taken here: the folder live/ in it cannot be written.")
    if not taken:
        other = holder.who if (holder := lease.holder) else ""
        raise InUseError(
            f"{other or 'Somebody else'} is in control of {run.path}: have it handed over there, or give --take-over."
        )
    try:
        yield who
    finally:
        lease.leave(key)


def check_control(run: Run, means: str, take_over: bool) -> str:
    """Checks that nobody else is in control of a run, and returns who a command is, for the ledger.

    The command does not stay in control, so that people can steer what it computes. Where nobody is in control,
    nothing is written, so a full disk is no obstacle.

    Raises:
        HDDError: as in `in_control`.
    """
    if DriverLease(run.path).holder is None:
        return by(means)
    with in_control(run, means, take_over) as who:
        return who
