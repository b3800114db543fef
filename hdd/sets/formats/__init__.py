"""Formats of synthetic sets; each family of formats has its own file. See `hdd.sets.formats.base.Format`.

Another package adds a format by an entry point in the group `hdd.formats`; its name is the name of the format.
"""

import os
from pathlib import Path

from hdd.errors import InUseError, InvalidInputError, NotFoundError, StorageError
from hdd.registry import Registry
from hdd.sets.formats.base import Format
from hdd.sets.synthetic_set import SyntheticSet

__all__ = ["FORMATS", "Format", "load", "save"]


def _rejection_reason(name: str, found: object) -> str | None:
    if not (isinstance(found, type) and issubclass(found, Format)):
        return "it is not a subclass of hdd.sets.Format"
    return f"it does not define {', '.join(sorted(found.__abstractmethods__))}" if found.__abstractmethods__ else None


FORMATS: Registry[type[Format]] = Registry(
    "set format", "hdd.formats", {"export": "hdd.sets.formats.export:ExportFolder"}, _rejection_reason
)
"""All formats by name."""


def load(path: str | os.PathLike[str]) -> SyntheticSet:
    """Reads the synthetic set at `path`, in the first format that recognises it.

    Raises:
        HDDError: there is nothing at `path`, no format recognises it, or it is damaged.
    """
    path = Path(path)
    if not path.exists():
        raise NotFoundError(f"There is no synthetic set at {path}: give an existing file or folder.")
    for name in FORMATS.names():
        found = FORMATS.get(name)
        if found.knows(path):
            return found.load(path)
    about = "; ".join(f"{name}: {(FORMATS.get(name).__doc__ or '').splitlines()[0]}" for name in FORMATS.names())
    raise InvalidInputError(f"{path} is not in a known format. Known formats are: {about}")


def save(synthetic: SyntheticSet, path: str | os.PathLike[str], format: str = "export") -> None:
    """Writes a set to `path`, which must be empty or must not exist, in a format of `FORMATS`.

    Raises:
        HDDError: the format is unknown, the path is in use, or it cannot be written.
    """
    path = Path(path)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise InUseError(f"{path} is in use: give a path that does not exist, or an empty folder.")
    try:
        FORMATS.get(format).save(synthetic, path)
    except OSError as error:
        raise StorageError(f"The set cannot be written to {path} ({error.strerror or error}).") from None
