"""The kinds of knob: types of param that also tell what a form, a command line or a table must know.

A knob is a class attribute of the part that it steers:

    class Sharpened(Objective):
        sharpness = Number(2.0, bounds=(0, 8), label="Sharpness", unit="factor", group="Geometry",
                           doc="Exponent of the distance.")
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import param

T = TypeVar("T")
Scale = Literal["linear", "log"]
_FACTS = ["unit", "group", "scale"]


class Knob(param.Parameter[T]):
    """What all knobs have in common.

    Args:
        default: value where none is given.
        label: name for people, a noun phrase without its unit.
        doc: one or two sentences on what it does.
        group: heading under which forms and tables show it.
        unit: of its value, "" where it has none.
        steerable: whether it may change while a run goes on; a fixed one is `constant` for param.
        scale: how a slider runs between `softbounds`: evenly, or "log" for orders of magnitude.
        options: of the type of param (bounds, inclusive_bounds, softbounds, step, allow_None, objects, …).
    """

    __slots__ = ()
    unit: str
    group: str
    scale: Scale

    def __init__(
        self,
        default: Any,
        *,
        label: str,
        doc: str,
        group: str,
        unit: str = "",
        steerable: bool = True,
        scale: Scale = "linear",
        **options: Any,
    ) -> None:
        self.unit, self.group, self.scale = unit, group, scale
        super().__init__(default=default, label=label, doc=doc, constant=not steerable, **options)

    @property
    def steerable(self) -> bool:
        """Whether it may change while a run goes on."""
        return not self.constant

    @property
    def title(self) -> str:
        """Label and unit, as forms show them."""
        return f"{self.label} ({self.unit})" if self.unit else str(self.label)


class Number(Knob[float], param.Number[float]):
    """A number within bounds."""

    __slots__ = _FACTS


class Integer(Knob[int], param.Integer[int]):
    """A whole number within bounds."""

    __slots__ = _FACTS


class NumberOrAuto(Number):
    """A number within bounds, or the word "auto"."""

    __slots__ = ()

    def _validate_value(self, value: Any, allow_None: bool) -> None:
        if value != "auto":
            super()._validate_value(value, allow_None)

    def _validate_bounds(self, val: Any, bounds: Any, inclusive_bounds: Any) -> None:
        if val != "auto":
            super()._validate_bounds(val, bounds, inclusive_bounds)


class Text(Knob[str], param.String[str]):
    """A text; `allowed` says in words what it may be where `regex` restricts it."""

    __slots__ = [*_FACTS, "allowed"]

    def __init__(self, default: str, *, allowed: str = "text", **options: Any) -> None:
        self.allowed = allowed
        super().__init__(default, **options)


class Uninstalled(str):
    """The name, in a stored run, of a choice that is not installed here."""

    __slots__ = ()


class Choice(Knob[str], param.Selector[str]):
    """One of `objects`; `labels` are their names for people, where they have others."""

    __slots__ = [*_FACTS, "labels"]

    def __init__(self, default: str, *, labels: Mapping[str, str] | None = None, **options: Any) -> None:
        self.labels = labels or {}
        super().__init__(default, **options)

    def _validate(self, val: Any) -> None:
        if not isinstance(val, Uninstalled):
            super()._validate(val)  # pyright: ignore[reportUnknownMemberType] (param does not say)


class Operations(Knob[str], param.String[str]):
    """Some of `operations`, each at most once, joined by "_"; or "none"."""

    __slots__ = [*_FACTS, "operations"]

    def __init__(self, default: str, *, operations: tuple[str, ...], **options: Any) -> None:
        self.operations = operations
        super().__init__(default, **options)

    def _validate_value(self, value: Any, allow_None: bool) -> None:
        super()._validate_value(value, allow_None)
        chosen = value.split("_")
        if value != "none" and (not set(chosen) <= set(self.operations) or len(set(chosen)) < len(chosen)):
            raise ValueError("unknown or repeated operation")
