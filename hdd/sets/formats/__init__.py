"""Formats of distilled sets, one family a file; see `hdd.sets.formats.base.Format`.

Another package brings one by an entry point of the group `hdd.formats`, whose name is the format's.
"""

import os
from pathlib import Path

from hdd.errors import InUseError, InvalidInputError, NotFoundError, StorageError
from hdd.registry import Registry
from hdd.sets.formats.base import Format
from hdd.sets.synthetic_set import SyntheticSet

__all__ = ["FORMATS", "Format", "load", "save"]


def _misfit(name: str, found: object) -> str | None:
    if not (isinstance(found, type) and issubclass(found, Format)):
        return "it is no subclass of hdd.sets.Format"
    return f"it lacks {', '.join(sorted(found.__abstractmethods__))}" if found.__abstractmethods__ else None


FORMATS: Registry[type[Format]] = Registry(
    "set format", "hdd.formats", {"export": "hdd.sets.formats.export:ExportFolder"}, _misfit
)
"""All formats by name."""


def load(path: str | os.PathLike[str]) -> SyntheticSet:
    """The distilled set in `path`, by the first format that knows it.

    Raises:
        HDDError: there is nothing, no format knows it, or it is damaged.
    """
    path = Path(path)
    if not path.exists():
        raise NotFoundError(f"There is no distilled set {path}: give a file or folder that is there.")
    for name in FORMATS.names():
        found = FORMATS.get(name)
        if found.knows(path):
            return found.load(path)
    about = "; ".join(f"{name}: {(FORMATS.get(name).__doc__ or '').splitlines()[0]}" for name in FORMATS.names())
    raise InvalidInputError(f"{path} is in no format that is known here. Known are: {about}")


def save(synthetic: SyntheticSet, path: str | os.PathLike[str], format: str = "export") -> None:
    """Writes a set to `path`, which must not be there yet, in a format of `FORMATS`.

    Raises:
        HDDError: an unknown format, a path that is in use, or one that cannot be written.
    """
    path = Path(path)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise InUseError(f"{path} is in use: give a place for the set that is empty or not there.")
    try:
        FORMATS.get(format).save(synthetic, path)
    except OSError as error:
        raise StorageError(f"The set cannot be written to {path} ({error.strerror or error}).") from None
