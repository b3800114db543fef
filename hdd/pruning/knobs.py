"""Knobs of the pruning of real images."""

import param

from hdd.knobs import Choice, Number

GROUP = "Pruning of the real images"
SCORES = ("origin", "centroid", "euclidean", "random")
"""What images can be ranked by; real ones and synthetic ones have the same scores."""
SIDES = {"near": "lowest scores", "far": "highest scores"}
"""Which images can be kept, and how this is said."""


class PruningKnobs(param.Parameterized):
    """Which real images are left out of matching."""

    pruning_rate = Number(
        0.0,
        bounds=(0, 0.95),
        softbounds=(0.0, 0.95),
        step=0.05,
        label="Pruning rate",
        unit="fraction",
        group=GROUP,
        doc="Fraction of the real images of each class that is left out of matching.",
    )
    pruning_score = Choice(
        "centroid",
        objects=list(SCORES),
        label="Pruning score",
        group=GROUP,
        doc="Distance of the feature of a real image to the origin, to the Lorentz centroid of its class, or to the "
        "mean of its class; or a random number. The features come from one ConvNet of width 32, drawn from the seed.",
    )
    pruning_keep = Choice(
        "near",
        objects=list(SIDES),
        labels=SIDES,
        label="Keep",
        group=GROUP,
        doc="Which images are kept: near keeps those with the lowest scores, far those with the highest scores.",
    )


NAMES = tuple(name for name in PruningKnobs.param if name != "name")
"""The names of these knobs: rate, score, side."""
