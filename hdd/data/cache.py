"""Decoded images kept between sessions: one safetensors file a source, under HDD_CACHE_DIR or ~/.cache/hdd.

The cache only saves time: whatever is wrong with it is logged, and images are read from their source again.
Deleting the directory is always safe.
"""

import json
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from hdd.data.splits import Splits, fingerprint
from hdd.paths import cache_folder

_log = logging.getLogger(__name__)
_READERS = "1"  # to be raised when a reader starts to give other pixels for the same files


class Source(NamedTuple):
    """Where images come from: `key` names the cache file, `manifest` changes when the content does."""

    key: str
    manifest: str
    read: Callable[[], Splits]


def cache_file(key: str) -> Path:
    """The path that a source's decoded images have, whether or not they are there."""
    return cache_folder() / "images" / f"{key}.safetensors"


def read_cached(source: Source) -> tuple[Splits, str]:
    """The images of a source and their fingerprint, from the cache where it holds them unchanged.

    The fingerprint is computed from the tensors themselves, cached or not, so a damaged cache shows.
    """
    cached = _load(source)
    if cached is not None:
        return cached
    splits = source.read()
    digest = fingerprint(splits)
    _save(source, splits, digest)
    return splits, digest


def _load(source: Source) -> tuple[Splits, str] | None:
    path = cache_file(source.key)
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata()
            if (about["readers"], about["manifest"]) != (_READERS, source.manifest):
                return None
            # Cloned: the file is memory-mapped, and a mapping of a file that is cut short kills the process.
            tensors = [file.get_tensor(name).clone() for name in Splits._fields[:-1]]
        splits = Splits(*tensors, classes=tuple(json.loads(about["classes"])))
        digest = fingerprint(splits)
        if digest == about["fingerprint"]:
            return splits, digest
        _log.warning("%s is damaged and will be rebuilt", path)
    except FileNotFoundError:
        pass
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        _log.warning("%s cannot be read and will be rebuilt (%s)", path, error)
    return None


def _save(source: Source, splits: Splits, digest: str) -> None:
    path = cache_file(source.key)
    *tensors, classes = splits
    about = {
        "readers": _READERS,
        "manifest": source.manifest,
        "classes": json.dumps(classes),
        "fingerprint": digest,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            new = Path(scratch) / path.name
            save_file(dict(zip(Splits._fields[:-1], tensors, strict=True)), new, about)
            new.replace(path)
    except (OSError, SafetensorError) as error:
        _log.warning("%s cannot be written (%s): the next load decodes the images again", path, error)
