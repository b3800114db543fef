"""Reads files that `torch.save` or `pickle.dump` wrote, without torch and without unpickling, and writes such files.

Three containers are known: the zip archive of torch 1.6 and later, the older one of several pickles followed by raw
numbers, and a plain pickle, in which each tensor is a file of the older kind.
"""

import io
import re
import struct
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np

from hdd.errors import InvalidInputError, StorageError
from hdd.sets.formats.pickled_tensors import OtherTypeError, RefusedError, Storage, storage_type
from hdd.sets.formats.tensor_pickle import Machine

SUFFIXES = (".pt", ".pth", ".pkl", ".pickle", ".tar")
_ZIP = b"PK\x03\x04"
_MAGIC = 0x1950A86A20F9469CFC6C
"""The first number of an older file of torch."""

_ERRORS = (
    *(ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, EOFError, NotImplementedError),
    *(RuntimeError, MemoryError, OSError, struct.error, zipfile.BadZipFile),
)
"""What reading a damaged archive, pickle or array can raise."""


@contextmanager
def explain_damage(path: Path) -> Generator[None]:
    """Turns what a damaged or refused file raises within this context into one message.

    Raises:
        HDDError: something was raised; the message names the file.
    """
    try:
        yield
    except OtherTypeError as error:
        raise InvalidInputError(f"{path} {error}.") from None
    except _ERRORS as error:
        reason = str(error) if isinstance(error, RefusedError) else f"{type(error).__name__}: {error}"
        raise StorageError(
            f"{path} cannot be read as a distilled set ({reason[:300]}). Only tensors and numbers are read from "
            "such a file, and nothing in it is run: give the file as its authors published it."
        ) from None


def read(path: Path) -> Any:
    """What a file holds: numbers, texts, tensors and arrays, in lists, tuples and dictionaries.

    Tensors are `TensorView`s, whose numbers are read when they are asked for.

    Raises:
        HDDError: the file is damaged, or holds something else.
    """
    with explain_damage(path), path.open("rb") as file:
        if file.read(len(_ZIP)) == _ZIP:
            return _read_zip(path)
        file.seek(0)
        return _read_pickles(file.read())


def _read_zip(path: Path) -> Any:
    size = path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        members = {member.filename: member for member in archive.infolist()}
        pickles = [name for name in members if re.fullmatch(r"[^/]*/data\.pkl", name)]
        if len(pickles) != 1:
            raise RefusedError("it is a zip archive, but not one that torch wrote")
        folder = pickles[0].removesuffix("data.pkl")

        def content(name: str) -> bytes:
            member = members[folder + name]
            if member.compress_type != zipfile.ZIP_STORED or member.file_size > size:
                raise RefusedError(f"its part {name!r} is compressed or larger than the file, as torch never writes it")
            with zipfile.ZipFile(path) as opened:
                return opened.read(member)

        if "byteorder" in {name.removeprefix(folder) for name in members} and content("byteorder") != b"little":
            raise RefusedError("its numbers are stored with the largest byte first, which is not supported")

        def persistent(identifier: Any) -> Storage:
            kind, number_type, key, _, count = identifier
            if kind != "storage" or not re.fullmatch(r"\d+", str(key)) or not isinstance(count, int) or count < 0:
                raise RefusedError("it names something that is no storage")
            return Storage(storage_type(number_type), count, lambda: content(f"data/{key}"))

        return Machine(persistent).load(io.BytesIO(content("data.pkl")))


def _read_pickles(data: bytes) -> Any:
    file = io.BytesIO(data)
    machine = Machine(_no_storage, _read_pickles)
    first = machine.load(file)
    return _read_old(file) if first == _MAGIC else first


def _no_storage(identifier: Any) -> Storage:
    raise RefusedError("it names a storage that is in another file")


def _read_old(file: io.BytesIO) -> Any:
    """What follows the magic number: version, byte order, the pickle, the keys of the storages, and their numbers."""
    plain = Machine(_no_storage)
    plain.load(file)
    if plain.load(file).get("little_endian") is not True:
        raise RefusedError("its numbers are stored with the largest byte first, which is not supported")
    found: dict[str, Storage] = {}
    numbers: dict[str, bytes] = {}

    def persistent(identifier: Any) -> Storage:
        kind, number_type, key, _, count, view = identifier
        if kind != "storage" or view is not None or not isinstance(key, str) or not isinstance(count, int) or count < 0:
            raise RefusedError("it names something that is no storage")
        return found.setdefault(key, Storage(storage_type(number_type), count, lambda: numbers[key]))

    made = Machine(persistent).load(file)
    for key in plain.load(file):
        if not isinstance(key, str) or key not in found:
            raise RefusedError("it holds the numbers of a storage that no tensor has")
        (count,) = struct.unpack("<q", file.read(8))
        if count != found[key].count:
            raise RefusedError(f"a storage has {count} numbers, but {found[key].count} are declared")
        numbers[key] = file.read(count * found[key].item_size)
    return made


def array_of(value: Any) -> np.ndarray | None:
    """The array of a tensor or an array that `read` found, with its numbers; None if it is neither."""
    return cast(np.ndarray, value.array()) if hasattr(value, "array") else None


def is_tensor(value: Any) -> bool:
    """Whether `array_of` has an array of it."""
    return hasattr(value, "array")


def write(content: Any, path: Path) -> None:
    """Writes arrays, in lists and dictionaries, as tensors, so that `torch.load` reads them.

    Raises:
        OSError: it cannot be written.
    """
    import torch

    def tensors(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return torch.tensor(value)
        if isinstance(value, dict):
            return {key: tensors(each) for key, each in cast(dict[Any, Any], value).items()}
        return [tensors(each) for each in value]

    with path.open("wb") as file:
        torch.save(tensors(content), file)
