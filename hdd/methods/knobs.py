"""Knobs of the methods that match features of randomly drawn networks."""

from hdd.knobs import Choice, Integer, Number, NumberOrAuto, Operations
from hdd.networks import ACTIVATIONS, DEFAULT, NETWORKS, NORMS, POOLINGS, PRECISIONS, users
from hdd.pruning.distilled_knobs import DistilledPruningKnobs

NETWORK, OPTIMISATION = "Network", "Optimisation"
AUGMENTATIONS = ("color", "crop", "cutout", "flip", "scale", "rotate")
"""The operations of `hdd.augment`. They are listed here because `hdd.augment` imports torch."""


def _used_by(option: str) -> str:
    return f" Used by: {', '.join(users(option))}."


class MatchingKnobs(DistilledPruningKnobs):
    """The network whose features are matched, the batches, the step of the images, and which of them are left out."""

    network = Choice(
        DEFAULT,
        objects=list(NETWORKS.names()),
        steerable=False,
        label="Network",
        group=NETWORK,
        doc=f"Architecture of the randomly drawn network whose features are matched. {NETWORKS.summary()} Pruning "
        "scores and the viewing network are those of a ConvNet, whatever is matched.",
    )
    network_width = Integer(
        32,
        bounds=(1, 2048),
        steerable=False,
        budget=True,
        label="Network width",
        unit="feature maps",
        group=NETWORK,
        doc=f"Feature maps of each convolution, or units of each hidden layer; 128 in the papers.{_used_by('width')}",
    )
    network_depth = Integer(
        3,
        bounds=(1, 6),
        steerable=False,
        budget=True,
        label="Network depth",
        unit="blocks",
        group=NETWORK,
        doc=f"Number of blocks; 3 in the papers.{_used_by('depth')} It is also that of the ConvNet which scores and "
        "shows images.",
    )
    network_norm = Choice(
        NORMS[0],
        objects=list(NORMS),
        steerable=False,
        label="Network norm",
        group=NETWORK,
        doc="What normalises the feature maps: instance, each map of each image, as in the papers; group, 4 groups of "
        "maps; batch, a map over images, with the statistics of 16 real images of each class; layer, all maps of an "
        f"image; or none.{_used_by('norm')}",
    )
    network_activation = Choice(
        ACTIVATIONS[0],
        objects=list(ACTIVATIONS),
        steerable=False,
        label="Network activation",
        group=NETWORK,
        doc=f"Activation of the layers; relu in the papers.{_used_by('activation')}",
    )
    network_pooling = Choice(
        POOLINGS[0],
        objects=list(POOLINGS),
        steerable=False,
        label="Network pooling",
        group=NETWORK,
        doc=f"What halves the feature maps after each block; avg in the papers. none keeps them.{_used_by('pooling')}",
    )
    real_precision = Choice(
        PRECISIONS[0],
        objects=list(PRECISIONS),
        steerable=False,
        label="Precision of real features",
        group=NETWORK,
        doc="Precision in which the network computes the features of the real images. bfloat16 is quicker on devices "
        "that have it, and changes features a little; hdd bench measures both. Everything else is computed in float32.",
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
        budget=True,
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
