"""The tensors and numbers of a pickle, and the constructors by which pickles make them; nothing of torch is called.

Tensors are pickled as in torch/_utils.py (`_rebuild_tensor_v2`), and NumPy's scalars and arrays as in numpy/_core
(`scalar`, `_reconstruct`).
"""

# pyright: standard

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

BFLOAT16 = "bfloat16"
STORAGES: dict[str, str] = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "BFloat16Storage": BFLOAT16,
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}
"""Types of numbers by the names of torch's storages. NumPy has no bfloat16."""

_BYTES = "torch.storage.UntypedStorage"
_TYPES = {"torch.uint16": "u2", "torch.uint32": "u4", "torch.uint64": "u8"}
"""Types of numbers for which torch has no storage: it stores their bytes, and names the type with the tensor."""

OTHER_TYPE = re.compile(r"[a-z]+\d\w*|\w+Storage")
"""What torch calls types of numbers and their storages."""

_NUMBER_TYPE = re.compile(r"[<>|=]?([fiu][1248]|b1|\?)")


class RefusedError(ValueError):
    """A pickle holds something that is neither a tensor nor a number, or is damaged."""


class OtherTypeError(RefusedError):
    """A pickle holds numbers of a type that is not read."""


@dataclass(frozen=True)
class Storage:
    """The numbers that tensors are views of.

    Attributes:
        number_type: a value of `STORAGES`.
        count: how many numbers the file says there are.
        read: returns their bytes, and refuses a count that does not fit the file.
    """

    number_type: str
    count: int
    read: Callable[[], bytes]

    @property
    def item_size(self) -> int:
        """Bytes of one number."""
        return 2 if self.number_type == BFLOAT16 else np.dtype(self.number_type).itemsize


@dataclass(frozen=True)
class TensorView:
    """A tensor whose numbers are not read yet.

    Attributes:
        shape, strides: in numbers, one each for each dimension.
        offset: the place of the first number in the storage.
        negated: whether the numbers are stored with the other sign, as torch does for some views.
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    negated: bool = False

    def array(self) -> np.ndarray:
        """The numbers, as an array of their own; bfloat16 becomes float32.

        Raises:
            RefusedError: the shape does not fit the storage, or the storage does not fit the file.
        """
        count = math.prod(self.shape)
        last = self.offset + sum((side - 1) * stride for side, stride in zip(self.shape, self.strides, strict=True))
        if count > self.storage.count or (count and last >= self.storage.count):
            raise RefusedError(f"a tensor of shape {self.shape} does not fit into {self.storage.count} numbers")
        raw = self.storage.read()
        if len(raw) < self.storage.count * self.storage.item_size:
            raise RefusedError(f"{self.storage.count} numbers are declared, but there are only {len(raw)} bytes")
        if self.storage.number_type == BFLOAT16:
            numbers = (np.frombuffer(raw, "<u2", self.storage.count).astype(np.uint32) << 16).view(np.float32)
        else:
            numbers = np.frombuffer(raw, np.dtype(self.storage.number_type).newbyteorder("<"), self.storage.count)
        strides = [stride * numbers.itemsize for stride in self.strides]
        array = np.array(np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, strides))
        return -array if self.negated else array


@dataclass(frozen=True)
class Name:
    """What a pickle names, by module and name; nothing of that name is imported."""

    module: str
    name: str

    def __str__(self) -> str:
        """The name in full."""
        return f"{self.module}.{self.name}"


class NumberType:
    """A NumPy dtype, whose byte order a pickle sets after it was made."""

    def __init__(self, name: object) -> None:
        if not isinstance(name, str) or not _NUMBER_TYPE.fullmatch(name):
            raise RefusedError(f"numbers of the type {name!r} are not known")
        self.dtype = np.dtype(name)

    def set_state(self, state: Any) -> None:
        """Takes the byte order."""
        if isinstance(state, tuple) and len(cast(tuple[Any, ...], state)) > 1 and state[1] in ("<", ">", "|", "="):
            self.dtype = self.dtype.newbyteorder(state[1])


class Array:
    """A NumPy array, whose content a pickle sets after it was made."""

    def __init__(self) -> None:
        self.value = np.empty(0)

    def set_state(self, state: Any) -> None:
        """Takes the shape, the type of the numbers, and their bytes."""
        _, shape, number_type, fortran, raw = state
        numbers = np.frombuffer(raw, number_type.dtype)
        self.value = numbers.reshape(_whole(shape), order="F" if fortran else "C")

    def array(self) -> np.ndarray:
        """The array."""
        return self.value


def _whole(values: Any) -> tuple[int, ...]:
    """Checks that these are whole numbers ≥ 0, as sizes and strides are."""
    if not all(isinstance(value, int) and value >= 0 for value in values):
        raise RefusedError(f"{values!r} are not sizes")
    return tuple(values)


def _tensor(
    storage: Any, offset: Any, shape: Any, strides: Any, _gradient: Any = None, _hooks: Any = None, metadata: Any = None
) -> TensorView:
    sizes = _whole((offset,)), _whole(shape), _whole(strides)
    if not isinstance(storage, Storage) or len(sizes[1]) != len(sizes[2]):
        raise RefusedError("a tensor has no storage, or not one stride for each dimension")
    said = cast(dict[Any, Any], metadata) if isinstance(metadata, dict) else {}
    return TensorView(storage, sizes[0][0], sizes[1], sizes[2], said.get("neg") is True)


def _typed_tensor(
    storage: Any, offset: Any, shape: Any, strides: Any, gradient: Any, hooks: Any, number_type: Any, *metadata: Any
) -> TensorView:
    if not isinstance(storage, Storage) or str(number_type) not in _TYPES:
        raise RefusedError("a tensor has no storage or no type of numbers")
    name = _TYPES[str(number_type)]
    typed = Storage(name, storage.count * storage.item_size // np.dtype(name).itemsize, storage.read)
    return _tensor(typed, offset, shape, strides, gradient, hooks, *metadata)


def checked_key(key: Any) -> Any:
    """Checks the key of a dictionary. Python would have to go through a nested one, and a deep one would end it."""
    if not isinstance(key, str | bytes | int | float):
        raise RefusedError("it holds a dictionary whose keys are neither texts nor numbers")
    return key


def dictionary(pairs: Any) -> dict[Any, Any]:
    """A dictionary of pairs of a key and a value; see `checked_key`."""
    return {checked_key(key): value for key, value in pairs}


def _encode(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise RefusedError(f"bytes are written as {encoding!r}")
    return text.encode(encoding)


def _scalar(number_type: Any, raw: Any) -> Any:
    return np.frombuffer(raw, number_type.dtype, 1)[0].item()


def _array_in_one(raw: Any, number_type: Any, shape: Any, order: Any) -> Array:
    made = Array()
    made.set_state((1, shape, number_type, order == "F", raw))
    return made


def _numpy(*names: str) -> list[str]:
    """The names of a function of NumPy in its versions 1 and 2."""
    return [f"{package}.{name}" for name in names for package in ("numpy.core", "numpy._core")]


CALLS: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed_tensor,
    "torch._utils._rebuild_parameter": lambda tensor, *_: tensor,
    "torch.Size": tuple,
    "collections.OrderedDict": lambda pairs=(): dictionary(pairs),
    "_codecs.encode": _encode,
    "numpy.dtype": lambda name, *_: NumberType(name),
    **dict.fromkeys(_numpy("multiarray.scalar"), _scalar),
    **dict.fromkeys(_numpy("multiarray._reconstruct"), lambda *_: Array()),
    **dict.fromkeys(_numpy("numeric._frombuffer"), _array_in_one),
}
"""What a pickle may call, and what is done instead."""

NAMES = {"numpy.ndarray", _BYTES, *_TYPES}
"""What a pickle may name without calling it."""


def storage_type(name: object) -> str:
    """The type of numbers, a value of `STORAGES`, of the storage that a pickle names."""
    if isinstance(name, Name) and str(name) == _BYTES:
        return STORAGES["ByteStorage"]
    if not isinstance(name, Name) or name.name not in STORAGES:
        raise RefusedError("a tensor has a storage of an unknown type")
    return STORAGES[name.name]
