"""The kinds of knob: types of param with the additional facts that a form, a command line or a table needs.

A knob is a class attribute of the part that it steers:

    class Sharpened(Objective):
        sharpness = Number(2.0, bounds=(0, 8), label="Sharpness", unit="factor", group="Geometry",
                           doc="Exponent of the distance.")
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args

import param

T = TypeVar("T")
Scale = Literal["linear", "log"]
_FACTS = ["unit", "group", "scale", "budget"]


class Knob(param.Parameter[T]):
    """What all knobs have in common.

    Args:
        default: the value if none is given.
        label: the name that people see, a noun phrase without the unit.
        doc: one or two sentences that say what the knob does.
        group: the heading under which forms and tables show it.
        unit: the unit of its value; "" if it has none.
        steerable: whether it may change while a run is going. A fixed knob is `constant` for param.
        scale: how a slider divides the range of `softbounds`: "linear", or "log" for orders of magnitude.
        budget: whether it says how much a run may use of steps, images or networks, so that a fair comparison has it in
            common.
        options: options of param's type. For numbers: bounds (what is allowed; None for no bound), inclusive_bounds,
            softbounds (the ends of the slider; without them there is only a field), step (of the slider, on a linear
            scale) and allow_None. For choices: objects.

    Raises:
        ValueError: the scale is unknown; it is "log" and the softbounds do not have the same sign; or it is "linear"
            and there are softbounds but no step.
    """

    __slots__ = ()
    unit: str
    group: str
    scale: Scale
    budget: bool

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
        budget: bool = False,
        **options: Any,
    ) -> None:
        if scale not in get_args(Scale):
            raise ValueError(f"the scale of the knob {label!r} is {scale!r}: give one of {', '.join(get_args(Scale))}")
        low, high = options.get("softbounds") or (None, None)
        if scale == "log" and (low is None or high is None or low * high <= 0):
            raise ValueError(f"the knob {label!r} with scale 'log' needs softbounds on one side of 0")
        if scale == "linear" and low is not None and options.get("step") is None:
            raise ValueError(f"the knob {label!r} has softbounds, so its slider needs a step")
        self.unit, self.group, self.scale, self.budget = unit, group, scale, budget
        super().__init__(default=default, label=label, doc=doc, constant=not steerable, **options)

    @property
    def steerable(self) -> bool:
        """Whether it may change while a run is going."""
        return not self.constant

    @property
    def title(self) -> str:
        """The label with the unit, as forms show it."""
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
    """A text. If `regex` restricts it, `allowed` says in words what it may be."""

    __slots__ = [*_FACTS, "allowed"]

    def __init__(self, default: str, *, allowed: str = "text", **options: Any) -> None:
        self.allowed = allowed
        super().__init__(default, **options)


class Uninstalled(str):
    """The name of a choice that a stored run has and that is not installed here."""

    __slots__ = ()


class Choice(Knob[str], param.Selector[str]):
    """One of `objects`; `labels` holds other names for those that people see under another name."""

    __slots__ = [*_FACTS, "labels"]

    def __init__(self, default: str, *, labels: Mapping[str, str] | None = None, **options: Any) -> None:
        self.labels = labels or {}
        super().__init__(default, **options)

    def _validate(self, val: Any) -> None:
        if not isinstance(val, Uninstalled):
            super()._validate(val)  # pyright: ignore[reportUnknownMemberType] (param does not say)


class Operations(Knob[str], param.String[str]):
    """One or more of `operations`, each at most once, joined by "_"; or "none"."""

    __slots__ = [*_FACTS, "operations"]

    def __init__(self, default: str, *, operations: tuple[str, ...], **options: Any) -> None:
        self.operations = operations
        super().__init__(default, **options)

    def _validate_value(self, value: Any, allow_None: bool) -> None:
        super()._validate_value(value, allow_None)
        chosen = value.split("_")
        if value != "none" and (not set(chosen) <= set(self.operations) or len(set(chosen)) < len(chosen)):
            raise ValueError("unknown or repeated operation")
