"""Decoded images that are kept for later: one safetensors file for each source, under HDD_CACHE_DIR or ~/.cache/hdd.

The cache only saves time. If anything is wrong with it, a warning is logged and the images are read from their source
again. It is always safe to delete the directory.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from hdd.data.splits import TENSORS, Splits, fingerprint
from hdd.files import replace_file
from hdd.paths import cache_folder

_log = logging.getLogger(__name__)
_READERS = "4"  # Raise this when a reader starts to return other pixels for the same files.


class Source(NamedTuple):
    """Where images come from: `key` names the cache file, and `manifest` changes when the content changes."""

    key: str
    manifest: str
    read: Callable[[], Splits]


def cache_file(key: str) -> Path:
    """The path of the cache file for a source, whether or not it exists."""
    return cache_folder() / "images" / f"{key}.safetensors"


def read_cached(source: Source) -> tuple[Splits, str]:
    """The images of a source and their fingerprint; from the cache if they are in it and have not changed.

    The fingerprint is always computed from the tensors, cached or not, so that a damaged cache is noticed.
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
            # The file is memory-mapped, and if it were cut short, reading the mapping would kill the process.
            tensors = [file.get_tensor(name).clone() for name in TENSORS]
        splits = Splits(*tensors, *(tuple(json.loads(about[name])) for name in ("classes", "notes")))
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
    about = {
        "readers": _READERS,
        "manifest": source.manifest,
        "classes": json.dumps(splits.classes),
        "notes": json.dumps(splits.notes),
        "fingerprint": digest,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replace_file(path) as partial:
            save_file(splits.tensors, partial, about)
    except (OSError, SafetensorError) as error:
        _log.warning("%s cannot be written (%s); the next load will decode the images again", path, error)
