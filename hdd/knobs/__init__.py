"""Knobs. Each is declared once, beside the code that it steers; forms, options, tables and pages are made from it.

`types` holds the kinds of knob, `text` turns values into text and back, and `presets` names sets of values. This
package names no single knob and does not import torch. `hdd.settings` composes the knobs of a run from the parts that
declare them.
"""

from hdd.knobs.presets import Preset, Published
from hdd.knobs.types import Choice, Integer, Knob, Number, NumberOrAuto, Operations, Text

__all__ = ["Choice", "Integer", "Knob", "Number", "NumberOrAuto", "Operations", "Preset", "Published", "Text"]
