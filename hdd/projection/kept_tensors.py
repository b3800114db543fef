"""Tensors that take long to compute and can be computed again: kept in files under the cache folder.

The files only save time. If one is damaged or cannot be written, a warning is logged. It is always safe to delete them.
"""

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from hdd.paths import cache_folder
from hdd.runs.tensors import write_tensors

_log = logging.getLogger(__name__)


def kept_file(kind: str, *facts: Any) -> Path:
    """The path for tensors of a kind that depend on `facts`, whether or not it exists."""
    key = hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()
    return cache_folder() / kind / f"{key[:32]}.safetensors"


def read_kept(path: Path, device: torch.device) -> dict[str, Tensor] | None:
    """The tensors in a file, None if there is none that can be read."""
    try:
        with safe_open(path, framework="pt") as file:
            # The file is memory-mapped, and if it were cut short, reading the mapping would kill the process.
            return {name: file.get_tensor(name).clone().to(device) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        return None
    except (OSError, SafetensorError) as error:
        _log.warning("%s cannot be read and will be made again (%s)", path, error)
        return None


def write_kept(path: Path, tensors: dict[str, Tensor]) -> None:
    """Writes tensors to a file that appears at once, or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_tensors(path, {name: value.detach().cpu().numpy() for name, value in tensors.items()})
    except (OSError, SafetensorError) as error:
        _log.warning("%s cannot be written (%s)", path, error)
