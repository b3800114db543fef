"""Knobs of the rules by which a run pauses itself, see `hdd.runs.rules`."""

import param

from hdd.knobs import Integer, Number

GROUP = "Automatic rules"


class RuleKnobs(param.Parameterized):
    """When a run pauses itself. They change nothing about the steps."""

    rule_window = Integer(
        50,
        bounds=(1, 10_000),
        softbounds=(10, 500),
        step=10,
        label="Window of the rules",
        unit="steps",
        group=GROUP,
        doc="Number of steps over which the rules take means. They begin to look anew after a knob was steered, and "
        "after one of them has paused the run, which then waits for somebody to let it go.",
    )
    plateau_below = Number(
        None,
        bounds=(0, 100),
        inclusive_bounds=(False, True),
        allow_None=True,
        label="Pause on a plateau",
        unit="% less loss per window",
        group=GROUP,
        doc="Pauses the run when the mean loss of a window is not this much below that of the window before; none "
        "never does.",
    )
    divergence_above = Number(
        None,
        bounds=(1, 1e6),
        inclusive_bounds=(False, True),
        allow_None=True,
        label="Pause on a diverging loss",
        unit="factor per window",
        group=GROUP,
        doc="Pauses the run when the mean loss of a window is more than this many times that of the window before; "
        "none never does. A step whose loss or images are not finite is never made, whatever the rules.",
    )
    clamped_above = Number(
        None,
        bounds=(0, 1),
        inclusive_bounds=(True, False),
        allow_None=True,
        label="Pause on clamped features",
        unit="fraction",
        group=GROUP,
        doc="Pauses the run when in a window the mean share of clamped features, real or synthetic, is above this; "
        "none never does.",
    )
