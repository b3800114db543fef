"""Knobs of the pruning of synthetic images, for methods that can leave some of them out."""

import param

from hdd.knobs import Choice, Number
from hdd.pruning.knobs import SCORES, SIDES

GROUP = "Pruning of the synthetic images"


class DistilledPruningKnobs(param.Parameterized):
    """Which synthetic images are left out: they are neither matched nor moved, and the distilled set is without them.

    A method whose knobs include these promises it; see `hdd.methods.Method.mask`.
    """

    distilled_pruning_rate = Number(
        0.0,
        bounds=(0, 0.95),
        softbounds=(0.0, 0.95),
        step=0.05,
        label="Distilled pruning rate",
        unit="fraction",
        budget=True,
        group=GROUP,
        doc="Fraction of the synthetic images of each class that is left out: they stay as they are until the rate is "
        "lowered, and the distilled set is without them. At least one image of each class stays. Images are chosen by "
        "their scores at the step at which one of these three knobs is set.",
    )
    distilled_pruning_score = Choice(
        "centroid",
        objects=list(SCORES),
        label="Distilled pruning score",
        group=GROUP,
        doc="Distance of the feature of a synthetic image to the origin, to the Lorentz centroid of the real images of "
        "its class, or to their mean; or a random number. The features come from the network of the pruning score.",
    )
    distilled_pruning_keep = Choice(
        "near",
        objects=list(SIDES),
        labels=SIDES,
        label="Keep distilled",
        group=GROUP,
        doc="Which images are kept: near keeps those with the lowest scores, far those with the highest scores.",
    )


NAMES = tuple(name for name in DistilledPruningKnobs.param if name != "name")
"""The names of these knobs: rate, score, side."""
