"""Turns values of knobs into text and back, and says in words which values a knob allows."""

import json
from typing import Any

import param

from hdd.knobs.types import Choice, Knob, NumberOrAuto, Operations, Text


def to_text(value: Any) -> str:
    """The text for a value on command lines and in fields; `from_text` turns it back into the value.

    >>> to_text(None), to_text(-0.5)
    ('none', '-0.5')
    """
    return "none" if value is None else str(value)


def from_text(knob: Knob[Any], text: str) -> Any:
    """The value that `text` stands for. A text that is not a value is returned as it is, and the knob refuses it.

    >>> from hdd.settings import Settings
    >>> from_text(Settings.knob("steps"), "1e3"), from_text(Settings.knob("clamp"), "none")
    (1000, None)
    >>> from_text(Settings.knob("steps"), "many")
    'many'
    """
    if not isinstance(knob, param.Number):
        return text
    if text.lower() == "none" and knob.allow_None:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        try:
            value = float(text)
        except ValueError:
            return text
    if isinstance(value, float) and isinstance(knob, param.Integer) and value.is_integer():
        return int(value)
    return value


def allowed(knob: Knob[Any]) -> str:
    """Which values a knob allows, in words, for messages and tooltips."""
    if isinstance(knob, Choice):
        return "one of " + ", ".join(knob.objects)
    if isinstance(knob, Operations):
        return "operations joined by _, from " + " ".join(knob.operations) + ", each at most once; or none"
    if isinstance(knob, Text):
        return knob.allowed
    assert isinstance(knob, param.Number), f"allowed() does not describe a {type(knob).__name__} yet"
    low, high = knob.bounds or (None, None)
    above = "" if low is None else f" {'≥' if knob.inclusive_bounds[0] else '>'} {_number(low)}"
    below = "" if high is None else f" {'≤' if knob.inclusive_bounds[1] else '<'} {_number(high)}"
    kind = "a whole number" if isinstance(knob, param.Integer) else "a number"
    other = (", or none" if knob.allow_None else "") + (", or auto" if isinstance(knob, NumberOrAuto) else "")
    return kind + " and".join(filter(None, (above, below))) + other


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"
