"""The address of a page says what of a run or a set is shown, so that a reload or a link shows the same again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdd.projection import VIEWS
from workbench.core.frame import COLOR_BY, Place, Selection
from workbench.core.source import Source

Query = Mapping[str, Sequence[bytes]]
"""The query of an address, {name: values}, as Panel gives it."""


@dataclass(frozen=True)
class _Field:
    """How a parameter of `Selection` is written into an address.

    Attributes:
        write: gives the texts for a value.
        read: gives the value for the texts; raises ValueError if they mean none.
        allowed: what is allowed, in words.
    """

    write: Callable[[Any], list[str]]
    read: Callable[[list[str]], Any]
    allowed: str


def _read_step(texts: list[str]) -> int:
    if (step := int(texts[0])) < 0:
        raise ValueError
    return step


def _read_images(texts: list[str]) -> list[Place]:
    pairs = (text.split("-") for text in texts)
    return [(int(label), int(index)) for label, index in pairs]


def _one_of(names: Sequence[str]) -> _Field:
    def read(texts: list[str]) -> str:
        return names[names.index(texts[0])]

    return _Field(lambda value: [value], read, f"one of {', '.join(names)}")


def _name(what: str) -> _Field:
    return _Field(lambda value: [value], lambda texts: texts[0], f"name of a {what}")


_FIELDS = {
    "step": _Field(lambda value: [str(value)], _read_step, "a step of the run"),
    "synthetic": _Field(
        lambda value: ["-".join(map(str, place)) for place in value], _read_images, "class and number, such as 3-0"
    ),
    "real": _Field(lambda value: list(map(str, value)), lambda texts: list(map(int, texts)), "numbers of real images"),
    "classes": _Field(list, list, "names of classes"),
    "view": _one_of(list(VIEWS)),
    "color_by": _one_of(list(COLOR_BY)),
    "network": _one_of(Selection.param["network"].objects),
    "compared": _name("run"),
    "figure": _name("figure"),
    "centred": _Field(lambda value: ["yes"], lambda texts: ["yes"].index(texts[0]) == 0, "yes"),
}
NAMES = ("tab", *_FIELDS)
"""The names in a query that say how the page shows its run or set."""


def write(shown: Sequence[tuple[str, str]], tab: str, selection: Selection) -> list[tuple[str, str]]:
    """The query that shows `tab` with `selection`, as pairs; what a page begins with is left out.

    Args:
        shown: the pairs that name the run or the set.
        tab: name of the tab, "" for the first.
        selection: what the session looks at.
    """
    pairs = [*shown, *([("tab", tab)] if tab else [])]
    for name, field in _FIELDS.items():
        value = getattr(selection, name)
        if value != Selection.param[name].default:
            pairs += [(name, text) for text in field.write(value)]
    return pairs


def read(query: Query) -> tuple[dict[str, Any], list[str]]:
    """What an address asks for.

    Returns:
        The values of `Selection` that it names, and for each that it names wrongly a sentence that says so.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, field in _FIELDS.items():
        if name in query:
            texts = [text.decode(errors="replace") for text in query[name]]
            try:
                values[name] = field.read(texts)
            except ValueError:
                problems.append(f"The address asks for {name} “{', '.join(texts)}”; allowed: {field.allowed}.")
    return values, problems


def carried(selection: Selection) -> dict[str, Any]:
    """What of a selection means something for another run too, if that has it; see `fitting`."""
    return {name: getattr(selection, name) for name in _FIELDS if name != "step"}


def fitting(values: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Those of the values for `Selection` that mean something for `source`."""
    fits = dict(values)
    if not source.changes:
        fits.pop("step", None)
    if "real" in fits and source.viewing is None:
        fits["real"] = []
    if "classes" in fits:
        fits["classes"] = [name for name in fits["classes"] if name in source.classes]
    if "synthetic" in fits:
        fits["synthetic"] = [place for place in fits["synthetic"] if source.layout.image(*place) is not None]
    return fits
