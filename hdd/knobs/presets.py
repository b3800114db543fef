"""Named sets of knob values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """Values that belong together.

    Attributes:
        label: what they are, in a few words for a form.
        values: by knob.
    """

    label: str
    values: Mapping[str, Any]
