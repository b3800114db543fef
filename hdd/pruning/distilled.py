"""Scores of synthetic images, and the mask of those that stay in the distilled set.

How the paper scores images, and when it prunes, is not public. The scores here are variants: those of real images
(`hdd.pruning.scores`), under the same scoring network and feature scale. A class is what its real images say it is, so
an image is compared with the centroid and the mean of all real images of its class. Those of the synthetic images would
move with them, and with which of them are left out.
"""

import numpy as np
import torch
from torch import Tensor

from hdd.data import Dataset
from hdd.data.parts import in_parts
from hdd.draws import generator
from hdd.geometry import distance
from hdd.progress import Progress
from hdd.pruning.mask import Mask
from hdd.pruning.scores import EMBEDDED_AT_A_TIME, pruning_mask, scoring_of
from hdd.sets.decoders import DECODERS
from hdd.settings import Settings


def distilled_mask(
    data: Dataset,
    settings: Settings,
    images: np.ndarray,
    decoder: str,
    device: torch.device,
    progress: Progress | None = None,
) -> Mask:
    """The mask that the knobs of distilled pruning give synthetic images.

    It is a function of its arguments alone, so a run that is made again gets the same one. Nothing is scored while the
    rate is 0.

    Args:
        data: the real images, of C classes.
        settings: the knobs in force, with the seed and the depth of the scoring network.
        images: (C, ipc, channels, H, W) float32, normalised, as they are stored.
        decoder: how they become images to train on, a key of `hdd.sets.decoders.DECODERS`. The score of a stored image
            is the mean over the images that it holds.
        device: the device that computes.
        progress: called as progress(images done, images in total) while real images are scored.
    """
    classes, ipc = images.shape[:2]
    if settings.distilled_pruning_rate == 0:
        return Mask.of_all(classes, ipc)
    if settings.distilled_pruning_score == "random":
        scores = torch.from_numpy(
            np.stack([
                generator(settings.seed, "random distilled score", 0, label).random(ipc, dtype=np.float32)
                for label in range(classes)
            ])
        )  # fmt: skip
    else:
        scores = _distances(data, settings, images, decoder, device, progress)
    labels = torch.arange(classes).repeat_interleave(ipc)
    kept = pruning_mask(
        scores.flatten(), labels, settings.distilled_pruning_rate, settings.distilled_pruning_keep
    ).view(classes, ipc)
    return Mask(kept.numpy(), scores.numpy())


@torch.no_grad()
def _distances(
    data: Dataset,
    settings: Settings,
    images: np.ndarray,
    decoder: str,
    device: torch.device,
    progress: Progress | None,
) -> Tensor:
    """The scores (C, ipc), float32 on the CPU, for all scores that are distances."""
    scoring = scoring_of(data, settings.seed, settings.network_depth, device, progress)
    held = torch.from_numpy(DECODERS[decoder].decode(images.reshape(-1, *images.shape[2:])))
    parts = in_parts(held, EMBEDDED_AT_A_TIME)
    features = torch.cat([scoring.network.embed_frozen(part.to(device)) for part in parts]) * scoring.scale
    features = features.view(len(images), -1, features.shape[-1])
    if settings.distilled_pruning_score == "origin":
        found = features.norm(dim=-1)
    elif settings.distilled_pruning_score == "centroid":
        found = distance(features, scoring.centroids[:, None])
    else:
        found = (features - scoring.means[:, None]).norm(dim=-1)
    return found.view(*images.shape[:2], -1).mean(dim=-1).float().cpu()
