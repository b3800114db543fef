"""Formats of synthetic sets; each family of formats has its own file. See `hdd.sets.formats.base.Format`.

Another package adds a format by an entry point in the group `hdd.formats`; its name is the name of the format.
"""

import os
from pathlib import Path

from hdd.errors import InUseError, InvalidInputError, NotFoundError, StorageError
from hdd.registry import Registry
from hdd.sets.fitting import corrected
from hdd.sets.formats import manifest, training_code
from hdd.sets.formats.base import Format
from hdd.sets.reading import Reading
from hdd.sets.synthetic_set import SyntheticSet

__all__ = ["FORMATS", "Format", "load", "save"]


def _rejection_reason(name: str, found: object) -> str | None:
    if not (isinstance(found, type) and issubclass(found, Format)):
        return "it is not a subclass of hdd.sets.Format"
    return f"it does not define {', '.join(sorted(found.__abstractmethods__))}" if found.__abstractmethods__ else None


FORMATS: Registry[type[Format]] = Registry(
    "set format",
    "hdd.formats",
    {
        "export": "hdd.sets.formats.export:ExportFolder",
        "condensation": "hdd.sets.formats.condensation:Condensation",
        "trajectory": "hdd.sets.formats.trajectory:Trajectory",
        "pair": "hdd.sets.formats.pair:Pair",
        "ddranking": "hdd.sets.formats.ddranking:DDRanking",
        "kip": "hdd.sets.formats.kip:KIP",
        "safetensors": "hdd.sets.formats.tensors:Tensors",
        "parquet": "hdd.sets.formats.parquet:Parquet",
        "folder": "hdd.sets.formats.image_folder:ImageFolder",
        "sheet": "hdd.sets.formats.sheet:Sheet",
    },
    _rejection_reason,
)
"""All formats by name."""


def load(path: str | os.PathLike[str], reading: Reading | None = None) -> SyntheticSet:
    """Reads the synthetic set at `path`, in the first format that recognises it.

    Args:
        path: a file or folder.
        reading: how it is to be read, where it does not say so itself or says it wrongly.

    Raises:
        HDDError: there is nothing at `path`, no format recognises it, it is damaged, or `reading` does not fit it.
    """
    path, reading = Path(path), reading or Reading()
    if not path.exists():
        raise NotFoundError(f"There is no synthetic set at {path}: give an existing file or folder.")
    try:
        for name in FORMATS.names():
            found = FORMATS.get(name)
            if found.knows(path):
                given = {option: getattr(reading, option) for option in found.options}
                _check_options(name, found, reading)
                return corrected(found.load(path, **given), reading)
    except OSError as error:
        raise StorageError(f"The set at {path} cannot be read ({error.strerror or error}).") from None
    about = "; ".join(f"{name}: {(FORMATS.get(name).__doc__ or '').splitlines()[0]}" for name in FORMATS.names())
    raise InvalidInputError(f"{path} is not in a known format. Known formats are: {about}")


def _check_options(name: str, found: type[Format], reading: Reading) -> None:
    for option in ("experiment", "scores"):
        if option not in found.options and getattr(reading, option) is not None:
            raise InvalidInputError(
                f"{option}={getattr(reading, option)} is not allowed for the format {name}: leave it out."
            )


def save(synthetic: SyntheticSet, path: str | os.PathLike[str], format: str = "export") -> list[str]:
    """Writes a set to `path`, which must be empty or must not exist, in a format of `FORMATS`.

    Beside the set, or in its folder, a manifest tells classes, normalisation and provenance, and a short program shows
    how to train on the set.

    Returns:
        What the format cannot hold of the set: sentences for users.

    Raises:
        HDDError: the format is unknown or cannot hold the set, the path is in use, or it cannot be written.
    """
    path, chosen = Path(path), FORMATS.get(format)
    beside = (manifest.place(path), training_code.place(path)) if chosen.suffix else ()
    for each in (path, *beside):
        if each.exists() and not (each.is_dir() and not any(each.iterdir())):
            raise InUseError(f"{each} is in use: give a path that does not exist, or an empty folder.")
    if chosen.suffix and path.is_dir():
        raise InUseError(
            f"{path} is a folder, but the format {format} is one file: give a name that ends in {chosen.suffix}."
        )
    losses = chosen.losses(synthetic)
    try:
        if chosen.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
        chosen.save(synthetic, path)
        if not chosen.has_manifest:
            manifest.write(synthetic, path, format, losses)
        code = training_code.training_code(synthetic, chosen, path)
        if code is not None:
            training_code.place(path).write_text(code, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"The set cannot be written to {path} ({error.strerror or error}).") from None
    return losses
