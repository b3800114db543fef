"""The text about an exported set that lies beside files which have no room for it.

It holds the names of the classes, mean, std and decoder, the provenance (settings, seed, edits, versions, source of the
data), what the format could not hold, and the checksum of the file, so that it is not taken for that of another file.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from hdd.errors import StorageError
from hdd.sets.formats import record
from hdd.sets.synthetic_set import SyntheticSet

VERSION = 1
NAME = "manifest.json"


def place(path: Path) -> Path:
    """Where the manifest of the file or folder at `path` is."""
    return path / NAME if path.is_dir() else path.with_name(f"{path.name}.{NAME}")


def checksum(path: Path) -> str | None:
    """SHA-256 of a file, in hex; None for a folder."""
    if path.is_dir():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(synthetic: SyntheticSet, path: Path, format: str, losses: list[str]) -> None:
    """Writes the manifest of the set that was written to `path` in a format.

    Raises:
        OSError: it cannot be written.
    """
    about = {
        "version": VERSION,
        "format": format,
        "classes": list(synthetic.classes),
        "images per class": list(synthetic.counts),
        "mean": list(synthetic.mean),
        "std": list(synthetic.std),
        "decoder": synthetic.decoder,
        "sha256": checksum(path),
        "not held by the format": losses,
        "provenance": dict(synthetic.provenance),
    }
    place(path).write_text(json.dumps(about, indent=2, ensure_ascii=False), encoding="utf-8", errors="backslashreplace")


def read(path: Path) -> dict[str, Any] | None:
    """What the manifest of the file or folder at `path` says: classes, mean, std, decoder and provenance.

    Returns:
        None if there is no manifest.

    Raises:
        HDDError: it is damaged, belongs to another file, or was written by a newer version.
    """
    own = place(path)
    if not own.is_file():
        return None
    try:
        about = record.read(own, VERSION)
    except (OSError, ValueError) as error:
        raise StorageError(
            f"The manifest {own} is damaged ({error}): export the set again, or delete the manifest to read the set as "
            "a file that says nothing of its normalisation."
        ) from None
    if about.get("sha256", "") != checksum(path):
        raise StorageError(
            f"The manifest {own} is not that of {path.name}, whose content is another: export the set again, or delete "
            "the manifest to read the set as a file that says nothing of its normalisation."
        )
    return {name: about[name] for name in record.FIELDS}
