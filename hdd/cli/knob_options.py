"""Options of commands that are made from the knobs, so that every knob has one."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer

from hdd.errors import InvalidInputError
from hdd.knobs.text import to_text
from hdd.settings import Settings, allowed, parse

_Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="KNOB=VALUE", help="Value of a knob; can be given again.")
]


def flag(name: str) -> str:
    """The option of a knob: --image-lr for image_lr."""
    return f"--{name.replace('_', '-')}"


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """Values by knob of KNOB=VALUE texts.

    Raises:
        HDDError: another form, an unknown knob, a value that is not allowed, or a knob that is given twice.
    """
    values = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise InvalidInputError(f"{assignment!r} is not KNOB=VALUE, such as curvature=-2.")
        if name in values:
            raise InvalidInputError(f"{name} is given twice: give it once.")
        values[name] = parse(name, text)
    return values


def takes_knobs(names: Iterable[str]) -> Callable[[Callable], Callable]:
    """Gives a command an option for each knob, and --set KNOB=VALUE, in place of its parameter `knobs`.

    Args:
        names: of the knobs; those that the command declares as parameters of its own are left to it.

    Returns:
        A decorator; the command's `knobs` is then a dict of the checked values that were given.
    """

    def decorate(command: Callable) -> Callable:
        own = [each for each in inspect.signature(command).parameters.values() if each.name != "knobs"]
        taken = {each.name for each in own}
        offered = [name for name in names if name not in taken]

        @functools.wraps(command)
        def with_options(*, sets: list[str] | None, **given: Any) -> Any:
            knobs = parse_assignments(sets or [])
            for name in offered:
                if (text := given.pop(name)) is not None:
                    if name in knobs:
                        raise InvalidInputError(
                            f"{name} is given twice, as {text} and by --set as {knobs[name]}: give it once."
                        )
                    knobs[name] = parse(name, text)
            return command(knobs=knobs, **given)

        keyword = inspect.Parameter.KEYWORD_ONLY
        sets = inspect.Parameter("sets", keyword, default=None, annotation=_Sets)
        options = [inspect.Parameter(name, keyword, default=None, annotation=_option(name)) for name in offered]
        signature = inspect.Signature([each.replace(kind=keyword) for each in own] + [sets, *options])
        with_options.__signature__ = signature  # pyright: ignore[reportAttributeAccessIssue] (typer reads it)
        return with_options

    return decorate


def _option(name: str) -> Any:
    knob = Settings.knob(name)
    return Annotated[
        str | None,
        typer.Option(
            flag(name),
            metavar="VALUE",
            help=f"{knob.doc} Allowed: {allowed(name)}{f' ({knob.unit})' if knob.unit else ''}.",
            show_default=to_text(knob.default),
            rich_help_panel=knob.group,
        ),
    ]
