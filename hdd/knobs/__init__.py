"""Knobs: declared once, beside the code that they steer, and understood by every form, flag, table and page.

`types` holds the kinds of knob, `text` turns values into words and back, `presets` names sets of values. This package
knows no knob by name and imports no torch; `hdd.settings` composes the knobs of a run from the parts that declare them.
"""

from hdd.knobs.presets import Preset
from hdd.knobs.types import Choice, Integer, Knob, Number, NumberOrAuto, Operations, Text

__all__ = ["Choice", "Integer", "Knob", "Number", "NumberOrAuto", "Operations", "Preset", "Text"]
