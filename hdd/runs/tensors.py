"""The tensor files of a run directory: snapshots, checkpoints and the live frame, as safetensors.

Every file is written beside its place and moved into it, so a reader or a killed writer never leaves half a file.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

SNAPSHOTS_KEPT = 500
CHECKPOINT_SPREAD = 16


@contextmanager
def replace_file(path: Path, durable: bool = False) -> Generator[BinaryIO]:
    """A file that takes the place of `path` once it is complete; `durable` also survives a power cut.

    Raises:
        OSError: no space, or not writable; no partial file stays.
    """
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray], durable: bool = False) -> None:
    """Writes `tensors` to `path`; see `replace_file`."""
    with replace_file(path, durable) as file:
        file.write(save({name: np.asarray(value, order="C") for name, value in tensors.items()}))


def read_tensors(path: Path) -> dict[str, np.ndarray] | None:
    """The tensors in `path`, or None where they are missing or damaged."""
    try:
        return load_file(path)
    except (OSError, SafetensorError):
        return None


class TensorSeries:
    """Files `STEP.safetensors` in one folder.

    Args:
        folder: that holds them; made when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, step: int) -> Path:
        """Where the tensors of `step` lie or would lie."""
        return self.folder / f"{step:09d}.safetensors"

    def steps(self) -> list[int]:
        """Steps that are there, ascending."""
        return sorted(int(path.stem) for path in self.folder.glob("[0-9]*.safetensors"))

    def write(self, step: int, tensors: Mapping[str, np.ndarray], durable: bool = False) -> None:
        """Writes the tensors of `step`; see `write_tensors`."""
        write_tensors(self.path(step), tensors, durable)

    def read(self, step: int) -> dict[str, np.ndarray] | None:
        """The tensors of `step`, or None where they are missing or damaged."""
        return read_tensors(self.path(step))

    def drop(self, steps: list[int]) -> None:
        """Removes the tensors of `steps`."""
        for step in steps:
            self.path(step).unlink(missing_ok=True)


def snapshot_spacing(every: int, step: int) -> int:
    """Steps between snapshots once a run stands at `step`: `every`, doubled until at most 500 fit."""
    while step // every > SNAPSHOTS_KEPT:
        every *= 2
    return every


def checkpoints_to_drop(steps: list[int]) -> list[int]:
    """The checkpoints, of ascending `steps`, that thinning removes.

    Every removed one has a kept one before it, nearer than 1/16 of that one's age in steps. The ends always stay.
    """
    drop, kept = [], steps[0]
    for step, newer in pairwise(steps[1:]):
        if newer - kept <= (steps[-1] - kept) / CHECKPOINT_SPREAD:
            drop.append(step)
        else:
            kept = step
    return drop
