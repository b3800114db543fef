"""What every source of images provides: two labelled splits, with a fingerprint of their content."""

import hashlib
import json
from typing import NamedTuple

import torch

TENSORS = ("train_images", "train_labels", "test_images", "test_labels")


class Splits(NamedTuple):
    """Images and labels of a data set.

    Images are uint8, contiguous, (N, C, H, W). Labels are int64 (N,), in [0, number of classes), and every class
    occurs in both splits. `classes` are the class names exactly as their source spells them. `notes` are sentences on
    how the source was read, where that is not plain: what was held out, scaled or left out.
    """

    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def tensors(self) -> dict[str, torch.Tensor]:
        """Images and labels of both splits by name."""
        return {name: getattr(self, name) for name in TENSORS}


def fingerprint(splits: Splits) -> str:
    """SHA-256, in hex, of shapes, class names, labels and image bytes; equal content has an equal fingerprint."""
    tensors = splits.tensors.values()
    header = json.dumps({"shapes": [list(tensor.shape) for tensor in tensors], "classes": splits.classes})
    digest = hashlib.sha256(header.encode())
    for tensor in tensors:
        digest.update(tensor.numpy().data)
    return digest.hexdigest()
