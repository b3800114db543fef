"""Scores of real images and the pruning masks made from them.

The paper does not say how its prototypes are scored; these are the candidates, each named for what it is. Features
come from one ConvNet of width 32 with random weights drawn from (seed, "scoring"), on normalised images without
augmentation, scaled so that their median √|K|·radius is 2. At a scaled radius the order of hyperbolic distances does
not depend on the curvature, so a mask does not either.
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
from hdd.networks import ConvNet
from hdd.progress import Progress

SCORING_WIDTH = 32
SCORING_RADIUS = 2.0


# A data set that nobody else holds goes, and its scores with it.
_scores: WeakKeyDictionary[Dataset, dict[tuple, dict[str, Tensor]]] = WeakKeyDictionary()


def score_images(
    data: Dataset, seed: int, depth: int, device: torch.device, progress: Progress | None = None
) -> dict[str, Tensor]:
    """Every pruning score of every real training image.

    Args:
        data: the real images, N of them.
        seed: of the run.
        depth: blocks of the scoring network.
        device: to compute on.
        progress: called as progress(images done, N) while features are computed.

    Returns:
        By score, (N,) float32 on the CPU: "origin", "centroid" and "euclidean" are distances ≥ 0 of the scaled
        feature to the origin, to its class's closed-form Lorentz centroid and to its class's mean; "random" is
        uniform in [0, 1). Kept for as long as `data` is.
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
    """Which images stay when `rate` of each class is pruned.

    Args:
        scores: (N,).
        labels: (N,) class of each image.
        rate: fraction pruned in each class, 0 ≤ rate < 1; at least one image of a class stays.
        keep: "near" keeps the lowest scores, "far" the highest.

    Returns:
        (N,) bool, True for an image that stays.
    """
    mask = torch.zeros(len(scores), dtype=torch.bool)
    for label in labels.unique():
        members = torch.nonzero(labels == label).squeeze(1)
        order = members[scores[members].argsort(stable=True, descending=keep == "far")]
        mask[order[: max(1, round((1 - rate) * len(members)))]] = True
    return mask
