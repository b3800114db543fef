"""A picture of the images that pruning would keep, beside those that it would leave out."""

import os
from pathlib import Path

import numpy as np

from hdd.errors import StorageError
from hdd.pixels import sheet
from hdd.runs.pictures import enlarged, named_rows, save_figure
from hdd.runs.pruning_preview import PruningPreview

SHOWN = 10
"""Images of a class on each side; of more, some are shown that are evenly spaced in the order of their scores."""
BETWEEN = 24
"""White pixels between the two sides."""


def save_pruning_sheet(preview: PruningPreview, path: str | os.PathLike[str]) -> None:
    """Writes a PNG with a row for each class: kept images on the left and left-out ones on the right, by their scores.

    Raises:
        HDDError: the file cannot be written.
    """
    sides = [enlarged(sheet(_rows(preview, side)), preview.pixels.shape[-1]) for side in (preview.kept, ~preview.kept)]
    gap = np.full((sides[0].shape[0], BETWEEN, 3), 255, np.uint8)
    counts = [int(side.sum()) for side in (preview.kept, ~preview.kept)]
    headings = {0: f"kept: {counts[0]:,}", sides[0].shape[1] + BETWEEN: f"left out: {counts[1]:,}"}
    names = [each.name for each in preview.classes]
    try:
        save_figure(Path(path), named_rows(np.concatenate([sides[0], gap, sides[1]], axis=1), names, headings))
    except OSError as error:
        raise StorageError(f"The sheet {path} cannot be written ({error.strerror or error}).") from None


def _rows(preview: PruningPreview, side: np.ndarray) -> np.ndarray:
    """Some images of one side, (C, columns, channels, H, W), ascending by score; white where a class has fewer."""
    chosen = []
    for label in range(len(preview.classes)):
        own = np.flatnonzero(side & (preview.labels == label))
        own = own[np.argsort(preview.scores[own], kind="stable")]
        chosen.append(own[np.unique(np.linspace(0, len(own) - 1, min(SHOWN, len(own))).astype(int))])
    columns = max(1, *map(len, chosen))
    rows = np.full((len(chosen), columns, *preview.pixels.shape[1:]), 255, np.uint8)
    for row, own in zip(rows, chosen, strict=True):
        row[: len(own)] = preview.pixels[own]
    return rows
