"""Knobs of pruning."""

import param

from hdd.knobs import Choice, Number

GROUP = "Pruning of the real images"


class PruningKnobs(param.Parameterized):
    """Which real images matching leaves out."""

    pruning_rate = Number(
        0.0,
        bounds=(0, 0.95),
        softbounds=(0.0, 0.95),
        step=0.05,
        label="Pruning rate",
        unit="fraction",
        group=GROUP,
        doc="Share of each class's real images left out of matching.",
    )
    pruning_score = Choice(
        "centroid",
        objects=["origin", "centroid", "euclidean", "random"],
        label="Pruning score",
        group=GROUP,
        doc="Distance of a real image's feature to the origin, to its class's Lorentz centroid, to its class's mean, "
        "or a random number. Features come from one ConvNet of width 32 drawn from the seed.",
    )
    pruning_keep = Choice(
        "near",
        objects=["near", "far"],
        labels={"near": "lowest scores", "far": "highest scores"},
        label="Pruning keeps",
        group=GROUP,
        doc="near keeps the images of lowest score, far those of highest score.",
    )
