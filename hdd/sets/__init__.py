"""Synthetic sets as values, whoever made them, and the formats in which they are stored. Does not import torch.

from hdd import sets
made = run.synthetic()
sets.save(made, "exports/demo")
sets.load("exports/demo").counts
"""

from hdd.sets.fitting import fitted
from hdd.sets.formats import FORMATS, Format, load, save
from hdd.sets.reading import Reading
from hdd.sets.synthetic_set import SyntheticSet

__all__ = ["FORMATS", "Format", "Reading", "SyntheticSet", "fitted", "load", "save"]
