"""The tensor files of a run directory: snapshots, checkpoints and the live frame, as safetensors.

Each has a checksum among its metadata, because a disk that returns other bytes than were written would go unnoticed.
"""

import zlib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from hdd.files import cannot_be_read, replace_file

SUFFIX = ".safetensors"
CHECKSUM = "crc32"
"""Its name among the metadata of a file."""

SNAPSHOTS_KEPT = 500
CHECKPOINT_SPREAD = 16
LEAST_SPREAD = 2
LARGE_CHECKPOINT = 2**24
"""Above this size in bytes, fewer checkpoints are kept, in inverse proportion to their size."""


def write_tensors(path: Path, tensors: Mapping[str, np.ndarray], durable: bool = False) -> None:
    """Writes `tensors` to `path`; see `hdd.files.replace_file`."""
    written = {name: np.asarray(value, order="C") for name, value in tensors.items()}
    with replace_file(path, durable) as partial:
        # `save_file` of safetensors would make a file that only its owner can read, and hide the errors of a full disk.
        partial.write_bytes(save(written, {CHECKSUM: _checksum(written)}))


def read_tensors(path: Path) -> dict[str, np.ndarray] | None:
    """The tensors in `path`; None if the file is missing or damaged.

    Raises:
        HDDError: the file is there, but cannot be read.
    """
    try:
        # safetensors calls every file missing that it cannot open, whatever the reason.
        with path.open("rb") as opened:
            opened.read(1)
        with safe_open(path, "numpy") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            # Earlier versions wrote no checksum.
            expected = (file.metadata() or {}).get(CHECKSUM)
        return tensors if expected in (None, _checksum(tensors)) else None
    except (FileNotFoundError, SafetensorError):
        return None
    except OSError as error:
        raise cannot_be_read(path, error) from None


def _checksum(tensors: Mapping[str, np.ndarray]) -> str:
    """The CRC-32 of names, types, shapes and bytes, in the order of the names, as a decimal number."""
    found = 0
    for name in sorted(tensors):
        value = np.ascontiguousarray(tensors[name])
        found = zlib.crc32(f"{name} {value.dtype.str} {tensors[name].shape}".encode(), found)
        found = zlib.crc32(value.reshape(-1).view(np.uint8).data, found)
    return str(found)


class TensorSeries:
    """The files `STEP.safetensors` in one folder.

    Args:
        folder: the folder that holds them; it is made when the first file is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, step: int) -> Path:
        """Path of the file for `step`, whether or not it exists."""
        return self.folder / f"{step:09d}{SUFFIX}"

    def steps(self) -> list[int]:
        """Steps that have a file, ascending; none if the folder is missing.

        Raises:
            HDDError: the folder is there, but cannot be read.
        """
        try:
            # Path.glob finds nothing in a folder that cannot be read.
            files = list(self.folder.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise cannot_be_read(self.folder, error) from None
        return sorted(int(file.stem) for file in files if file.suffix == SUFFIX and file.stem.isdecimal())

    def write(self, step: int, tensors: Mapping[str, np.ndarray], durable: bool = False) -> None:
        """Writes the tensors of `step`; see `write_tensors`."""
        write_tensors(self.path(step), tensors, durable)

    def read(self, step: int) -> dict[str, np.ndarray] | None:
        """The tensors of `step`; see `read_tensors`."""
        return read_tensors(self.path(step))

    def drop(self, steps: list[int]) -> None:
        """Removes the tensors of `steps`."""
        for step in steps:
            self.path(step).unlink(missing_ok=True)


def snapshot_spacing(every: int, step: int) -> int:
    """Steps between the snapshots of a run at `step`: `every`, doubled until at most 500 snapshots are kept."""
    while step // every > SNAPSHOTS_KEPT:
        every *= 2
    return every


def checkpoint_spread(size: int) -> int:
    """How densely checkpoints of `size` bytes are kept, see `checkpoints_to_drop`: 16 for small ones, 2 for large ones.

    So the checkpoints of a run take a few gigabytes at most, up to 256 MB for each.
    """
    return min(CHECKPOINT_SPREAD, max(LEAST_SPREAD, CHECKPOINT_SPREAD * LARGE_CHECKPOINT // max(size, 1)))


def checkpoints_to_drop(steps: list[int], spread: int = CHECKPOINT_SPREAD) -> list[int]:
    """Which checkpoints, out of ascending `steps`, are deleted to save space.

    Before every deleted checkpoint there is a kept one, at a distance of at most 1/spread of the age of the kept one in
    steps. The first and the last checkpoint are always kept.
    """
    drop, kept = [], steps[0]
    for step, newer in pairwise(steps[1:]):
        if newer - kept <= (steps[-1] - kept) / spread:
            drop.append(step)
        else:
            kept = step
    return drop
