"""Named sets of knob values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A set of values that belong together.

    Attributes:
        label: what the values are, in a few words for a form.
        values: the values by knob.
    """

    label: str
    values: Mapping[str, Any]
