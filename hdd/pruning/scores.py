"""Scores of real images and the pruning masks made from them.

How the paper scores images, and when it prunes, is not public. These scores are variants; each name says what it is.
The features come from one ConvNet of width 32, with random weights drawn from (seed, "scoring"), on normalised images
without augmentation. They are scaled so that their median √|K|·radius is 2. With this scaling the order of hyperbolic
distances does not depend on the curvature, so a mask does not depend on it either.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from hdd.data import Dataset
from hdd.data.parts import in_parts
from hdd.draws import generator
from hdd.geometry import centroid, distance
from hdd.geometry.embed import auto_feature_scale
from hdd.networks.base import Network
from hdd.networks.convnet import ConvNet
from hdd.progress import Progress

SCORING_WIDTH = 32
SCORING_RADIUS = 2.0
EMBEDDED_AT_A_TIME = 1024


@dataclass(frozen=True, eq=False)
class Scoring:
    """The scoring network of a run, and what it finds in the real images of C classes.

    Attributes:
        network: the network, on the device that computes.
        scale: factor on its features (D numbers), with which the real ones have their median radius.
        scores: (N,) float32 on the CPU for each name in `hdd.pruning.knobs.SCORES`, see `score_images`.
        centroids: (C, D), the closed-form Lorentz centroid of the scaled features of each class.
        means: (C, D), their means.
    """

    network: Network
    scale: float
    scores: dict[str, Tensor]
    centroids: Tensor
    means: Tensor


# The keys are weak references, so that the scores are freed together with their data set.
_scorings: WeakKeyDictionary[Dataset, dict[tuple, Scoring]] = WeakKeyDictionary()


def scoring_of(data: Dataset, seed: int, depth: int, device: torch.device, progress: Progress | None = None) -> Scoring:
    """The scoring network of a run and the scores of its real images; it is kept as long as `data` exists.

    Arguments are those of `score_images`.
    """
    kept = _scorings.setdefault(data, {})
    key = seed, depth, device
    if key not in kept:
        kept.clear()
        kept[key] = _scoring(data, seed, depth, device, progress)
    return kept[key]


def score_images(
    data: Dataset, seed: int, depth: int, device: torch.device, progress: Progress | None = None
) -> dict[str, Tensor]:
    """Every pruning score of every real training image.

    Args:
        data: the real images, of which N are training images.
        seed: the run's seed.
        depth: number of blocks of the scoring network.
        device: the device that computes.
        progress: called as progress(images done, N) while features are computed.

    Returns:
        For each score, (N,) float32 on the CPU. "origin", "centroid" and "euclidean" are distances ≥ 0 of the scaled
        feature to the origin, to the closed-form Lorentz centroid of its class, and to the mean of its class; "random"
        is uniform in [0, 1). The result is kept as long as `data` exists.
    """
    return scoring_of(data, seed, depth, device, progress).scores


@torch.no_grad()
def _scoring(data: Dataset, seed: int, depth: int, device: torch.device, progress: Progress | None) -> Scoring:
    network = ConvNet(data.channels, data.size, len(data.classes), SCORING_WIDTH, depth)
    network.draw(generator(seed, "scoring")).to(device)
    parts = in_parts(data.train_images, EMBEDDED_AT_A_TIME, progress)
    features = torch.cat([network.embed_frozen(data.normalise(part.to(device))) for part in parts])
    scale = auto_feature_scale(features, -1.0, SCORING_RADIUS)
    features *= scale
    scores = {name: torch.empty(len(features)) for name in ("centroid", "euclidean")}
    scores["origin"] = features.norm(dim=-1).cpu()
    scores["random"] = torch.from_numpy(generator(seed, "random score").random(len(features), dtype=np.float32))
    centroids, means = [], []
    for label in range(len(data.classes)):
        members = torch.nonzero(data.train_labels == label).squeeze(1)
        own = features[members.to(device)]
        centroids.append(centroid(own))
        means.append(own.mean(dim=0))
        scores["centroid"][members] = distance(own, centroids[-1]).cpu()
        scores["euclidean"][members] = (own - means[-1]).norm(dim=-1).cpu()
    return Scoring(network, scale, scores, torch.stack(centroids), torch.stack(means))


def pruning_mask(scores: Tensor, labels: Tensor, rate: float, keep: str) -> Tensor:
    """Which images are kept when a fraction `rate` of each class is pruned.

    Args:
        scores: (N,).
        labels: (N,) class of each image.
        rate: fraction to prune in each class, 0 ≤ rate < 1; at least one image of each class is kept.
        keep: "near" keeps the lowest scores, "far" the highest.

    Returns:
        (N,) bool, True for an image that is kept.
    """
    mask = torch.zeros(len(scores), dtype=torch.bool)
    for label in labels.unique():
        members = torch.nonzero(labels == label).squeeze(1)
        order = members[scores[members].argsort(stable=True, descending=keep == "far")]
        mask[order[: max(1, round((1 - rate) * len(members)))]] = True
    return mask
