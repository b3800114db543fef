"""Named sets of knob values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Published:
    """What a publication reports for runs with the values of a preset.

    Attributes:
        accuracy: mean test accuracy, 0 to 1.
        source: where it is reported.
    """

    accuracy: float
    source: str


@dataclass(frozen=True)
class Preset:
    """A set of values that belong together.

    Attributes:
        label: what the values are, in a few words for a form.
        values: the values by knob.
        dataset: the data set that it is for; None for any. If there is one and `values` has ipc, the preset is for
            that number of images per class only.
        published: what was reported for it, None if nothing was.
    """

    label: str
    values: Mapping[str, Any]
    dataset: str | None = None
    published: Published | None = None
