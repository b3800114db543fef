"""The weight λ that objectives have in common."""

from hdd.knobs import Number
from hdd.objectives.base import GROUP, Objective


class Weighted(Objective):
    """An objective whose losses are multiplied by the knob `weight`."""

    weight = Number(
        20.0,
        bounds=(0, 1e9),
        inclusive_bounds=(False, True),
        softbounds=(0.1, 1000.0),
        scale="log",
        label="Weight λ",
        unit="factor",
        group=GROUP,
        doc="Factor λ on the losses; 20 in the released DM+HDD.",
    )
