"""Scores of real images and the pruning masks made from them.

The paper does not say how its prototypes are scored. These scores are the candidates, and each name says what it is.
The features come from one ConvNet of width 32, with random weights drawn from (seed, "scoring"), on normalised images
without augmentation. They are scaled so that their median √|K|·radius is 2. With this scaling the order of hyperbolic
distances does not depend on the curvature, so a mask does not depend on it either.
"""

from weakref import WeakKeyDictionary

import numpy as np
import torch
from torch import Tensor

from hdd.data import Dataset
from hdd.data.parts import in_parts
from hdd.draws import generator
from hdd.geometry import centroid, distance
from hdd.geometry.embed import auto_feature_scale
from hdd.networks.convnet import ConvNet
from hdd.progress import Progress

SCORING_WIDTH = 32
SCORING_RADIUS = 2.0


# The keys are weak references, so that the scores are freed together with their data set.
_scores: WeakKeyDictionary[Dataset, dict[tuple, dict[str, Tensor]]] = WeakKeyDictionary()


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
    kept = _scores.setdefault(data, {})
    key = seed, depth, device
    if key not in kept:
        kept.clear()
        kept[key] = _score_images(data, seed, depth, device, progress)
    return kept[key]


@torch.no_grad()
def _score_images(
    data: Dataset, seed: int, depth: int, device: torch.device, progress: Progress | None
) -> dict[str, Tensor]:
    network = ConvNet(data.channels, data.size, len(data.classes), SCORING_WIDTH, depth)
    network.draw(generator(seed, "scoring")).to(device)
    parts = in_parts(data.train_images, 1024, progress)
    features = torch.cat([network.embed_frozen(data.normalise(part.to(device))) for part in parts])
    features *= auto_feature_scale(features, -1.0, SCORING_RADIUS)
    scores = {name: torch.empty(len(features)) for name in ("centroid", "euclidean")}
    scores["origin"] = features.norm(dim=-1).cpu()
    scores["random"] = torch.from_numpy(generator(seed, "random score").random(len(features), dtype=np.float32))
    for label in range(len(data.classes)):
        members = torch.nonzero(data.train_labels == label).squeeze(1)
        own = features[members.to(device)]
        scores["centroid"][members] = distance(own, centroid(own)).cpu()
        scores["euclidean"][members] = (own - own.mean(dim=0)).norm(dim=-1).cpu()
    return scores


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
