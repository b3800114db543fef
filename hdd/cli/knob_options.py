"""Command-line options that are made from the knobs, so that every knob has one."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer

from hdd.errors import InvalidInputError
from hdd.knobs.text import to_text
from hdd.settings import Settings, allowed, parse

_Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KNOB=VALUE", help="Set a knob to a value; can be given several times."),
]


def flag(name: str) -> str:
    """The name of a knob's option, for example --image-lr for image_lr."""
    return f"--{name.replace('_', '-')}"


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """Parses texts of the form KNOB=VALUE into checked values by knob.

    Raises:
        HDDError: a text has another form, a knob is unknown or given twice, or a value is not allowed.
    """
    values = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise InvalidInputError(f"{assignment!r} is not of the form KNOB=VALUE: write, for example, curvature=-2.")
        if name in values:
            raise InvalidInputError(f"{name} is given twice. Give it once.")
        values[name] = parse(name, text)
    return values


def takes_knobs(names: Iterable[str]) -> Callable[[Callable], Callable]:
    """Replaces the parameter `knobs` of a command by an option for each knob and by --set KNOB=VALUE.

    Args:
        names: names of the knobs. A knob that the command declares as a parameter of its own gets no other option.

    Returns:
        A decorator. The command is called with `knobs`, a dict of the given values, already checked.
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
                            f"{name} is given twice: as {text}, and as {knobs[name]} by --set. Give it once."
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
