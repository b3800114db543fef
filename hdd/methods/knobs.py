"""Knobs of the methods that match features of randomly drawn networks."""

import param

from hdd.knobs import Integer, Number, NumberOrAuto, Operations

NETWORK, OPTIMISATION = "Network", "Optimisation"
AUGMENTATIONS = ("color", "crop", "cutout", "flip", "scale", "rotate")
"""The operations of `hdd.augment`. They are listed here because `hdd.augment` imports torch."""


class MatchingKnobs(param.Parameterized):
    """The network whose features are matched, the batches, and the step of the images."""

    network_width = Integer(
        32,
        bounds=(1, 2048),
        steerable=False,
        label="Network width",
        unit="feature maps",
        group=NETWORK,
        doc="Width of the randomly drawn ConvNet whose features are matched; 128 in the papers.",
    )
    network_depth = Integer(
        3,
        bounds=(1, 6),
        steerable=False,
        label="Network depth",
        unit="blocks",
        group=NETWORK,
        doc="Number of blocks of the ConvNet whose features are matched; 3 in the papers.",
    )
    image_lr = Number(
        1.0,
        bounds=(0, 1e9),
        softbounds=(0.001, 1000.0),
        scale="log",
        label="Image learning rate",
        unit="per step",
        group=OPTIMISATION,
        doc="Step size for the normalised images.",
    )
    momentum = Number(
        0.5,
        bounds=(0, 1),
        inclusive_bounds=(True, False),
        softbounds=(0.0, 0.99),
        step=0.01,
        label="Momentum",
        unit="fraction",
        group=OPTIMISATION,
        doc="Fraction of the previous step of the images that is added to the next one.",
    )
    gradient_norm = NumberOrAuto(
        None,
        bounds=(0, 1e9),
        inclusive_bounds=(False, True),
        allow_None=True,
        label="Gradient norm",
        unit="mean over images",
        group=OPTIMISATION,
        doc="Norm to which the gradient of each class is scaled in every step, so that objectives are compared at the "
        "same step size; none leaves it as it is. auto keeps the factor of the last step, and when the objective is "
        "switched, measures the factor that gives the next step the norm of the last one.",
    )
    real_batch = Integer(
        256,
        bounds=(1, 10**6),
        label="Real batch",
        unit="images per class",
        group=OPTIMISATION,
        doc="Number of real images of each class drawn in a step. If a class keeps fewer, all of them are taken.",
    )
    augmentation = Operations(
        "_".join(AUGMENTATIONS),
        operations=AUGMENTATIONS,
        label="Augmentation",
        group=OPTIMISATION,
        doc="Siamese operations joined by _, from color, crop, cutout, flip, scale and rotate; or none.",
    )
