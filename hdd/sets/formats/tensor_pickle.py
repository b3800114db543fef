"""Reads the tensors and numbers of a pickle without unpickling it.

The opcodes are interpreted here, one by one, on a stack of plain values. What a pickle names is looked up in a short
table of constructors of tensors and numbers, each of which is a function of this file; everything else is refused. So
no code that a file holds or names can run, and no memory is taken for a tensor before its size was compared with the
bytes that there are.

Tensors are pickled as in torch/_utils.py (`_rebuild_tensor_v2`), and NumPy's scalars and arrays as in numpy/_core
(`scalar`, `_reconstruct`).
"""

# pyright: standard

import io
import math
import pickletools
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

_NUMBER_TYPE = re.compile(r"[<>|=]?([fiu][1248]|b1|\?)")


class RefusedError(ValueError):
    """A pickle holds something that is neither a tensor nor a number, or is damaged."""


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
    """

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

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
        return np.array(np.lib.stride_tricks.as_strided(numbers[self.offset :], self.shape, strides))


@dataclass(frozen=True)
class _Name:
    """What a pickle names, by module and name; nothing of that name is imported."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


class _NumberType:
    """A NumPy dtype, whose byte order a pickle sets after it was made."""

    def __init__(self, name: object) -> None:
        if not isinstance(name, str) or not _NUMBER_TYPE.fullmatch(name):
            raise RefusedError(f"numbers of the type {name!r} are not known")
        self.dtype = np.dtype(name)

    def set_state(self, state: Any) -> None:
        if isinstance(state, tuple) and len(cast(tuple[Any, ...], state)) > 1 and state[1] in ("<", ">", "|", "="):
            self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """A NumPy array, whose content a pickle sets after it was made."""

    def __init__(self) -> None:
        self.value = np.empty(0)

    def set_state(self, state: Any) -> None:
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


def _tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> TensorView:
    sizes = _whole((offset,)), _whole(shape), _whole(strides)
    if not isinstance(storage, Storage) or len(sizes[1]) != len(sizes[2]):
        raise RefusedError("a tensor has no storage, or not one stride for each dimension")
    return TensorView(storage, sizes[0][0], sizes[1], sizes[2])


def _encode(text: str, encoding: str) -> bytes:
    if encoding != "latin1":
        raise RefusedError(f"bytes are written as {encoding!r}")
    return text.encode(encoding)


def _scalar(number_type: Any, raw: Any) -> Any:
    return np.frombuffer(raw, number_type.dtype, 1)[0].item()


def _array_in_one(raw: Any, number_type: Any, shape: Any, order: Any) -> _Array:
    made = _Array()
    made.set_state((1, shape, number_type, order == "F", raw))
    return made


def _numpy(*names: str) -> list[str]:
    """The names of a function of NumPy in its versions 1 and 2."""
    return [f"{package}.{name}" for name in names for package in ("numpy.core", "numpy._core")]


_CALLS: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": lambda tensor, *_: tensor,
    "torch.Size": tuple,
    "collections.OrderedDict": lambda pairs=(): dict(pairs),
    "_codecs.encode": _encode,
    "numpy.dtype": lambda name, *_: _NumberType(name),
    **dict.fromkeys(_numpy("multiarray.scalar"), _scalar),
    **dict.fromkeys(_numpy("multiarray._reconstruct"), lambda *_: _Array()),
    **dict.fromkeys(_numpy("numeric._frombuffer"), _array_in_one),
}
"""What a pickle may call, and what is done instead."""

_NAMES = {"numpy.ndarray"}
"""What a pickle may name without calling it."""


class Machine:
    """Interprets one pickle after another.

    Args:
        persistent: returns what a persistent identifier stands for; torch names storages by it.
        nested: returns what the bytes of a file of torch within the pickle hold (`torch.storage._load_from_bytes`).
    """

    def __init__(self, persistent: Callable[[Any], Any], nested: Callable[[bytes], Any] | None = None) -> None:
        self._persistent = persistent
        self._calls = dict(_CALLS)
        if nested is not None:
            self._calls["torch.storage._load_from_bytes"] = nested
        self._actions: dict[str, Callable[[Any], None]] = {
            **dict.fromkeys(("PROTO", "FRAME"), lambda _: None),
            **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), self._remember),
            **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), self._recall),
            "MARK": self._mark,
            "APPEND": self._append,
            "APPENDS": self._appends,
            "SETITEM": self._set_item,
            "SETITEMS": self._set_items,
            "LIST": self._list,
            "TUPLE": self._tuple,
            "DICT": self._dict,
            "GLOBAL": self._global,
            "STACK_GLOBAL": self._stack_global,
            "REDUCE": self._reduce,
            "BUILD": self._build,
            "BINPERSID": self._persistent_id,
        }

    def load(self, file: io.BytesIO) -> Any:
        """What the pickle at the present place of `file` holds: numbers, texts, `TensorView`s, and lists, tuples and
        dictionaries of such. The file is left at the end of the pickle.

        Raises:
            RefusedError: it names something else than tensors and numbers, or is damaged.
        """
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        for opcode, argument, _ in pickletools.genops(file):
            name = opcode.name
            if name == "STOP":
                return self._stack.pop()
            if name in _LITERALS:
                self._stack.append(argument)
            elif name in _CONSTANTS:
                self._stack.append(_CONSTANTS[name]())
            elif name in _TUPLES:
                self._stack.append(tuple(self._take(_TUPLES[name])))
            else:
                act = self._actions.get(name)
                if act is None:
                    raise RefusedError(f"it holds something else than tensors (opcode {name})")
                act(argument)
        raise RefusedError("it ends too early")

    def _take(self, count: int) -> list[Any]:
        """Removes the uppermost values from the stack."""
        if count > len(self._stack):
            raise RefusedError("it takes more than was put")
        start = len(self._stack) - count
        taken = self._stack[start:]
        del self._stack[start:]
        return taken

    def _take_marked(self) -> list[Any]:
        """Removes all values above the last mark."""
        return self._take(len(self._stack) - self._marks.pop())

    def _mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def _remember(self, place: Any) -> None:
        self._memo[len(self._memo) if place is None else place] = self._stack[-1]

    def _recall(self, place: Any) -> None:
        self._stack.append(self._memo[place])

    def _append(self, _: Any) -> None:
        (value,) = self._take(1)
        self._stack[-1].append(value)

    def _appends(self, _: Any) -> None:
        values = self._take_marked()
        self._stack[-1].extend(values)

    def _set_item(self, _: Any) -> None:
        key, value = self._take(2)
        self._stack[-1][key] = value

    def _set_items(self, _: Any) -> None:
        values = self._take_marked()
        self._stack[-1].update(zip(values[::2], values[1::2], strict=True))

    def _list(self, _: Any) -> None:
        self._stack.append(self._take_marked())

    def _tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._take_marked()))

    def _dict(self, _: Any) -> None:
        values = self._take_marked()
        self._stack.append(dict(zip(values[::2], values[1::2], strict=True)))

    def _name(self, module: str, name: str) -> None:
        full = _Name(module, name)
        known = str(full) in self._calls or str(full) in _NAMES
        if not (known or (module in ("torch", "torch.cuda") and name in STORAGES)):
            raise RefusedError(f"it would run {full}, which is no tensor")
        self._stack.append(full)

    def _global(self, argument: str) -> None:
        module, _, name = argument.partition(" ")
        self._name(module, name)

    def _stack_global(self, _: Any) -> None:
        module, name = self._take(2)
        self._name(str(module), str(name))

    def _reduce(self, _: Any) -> None:
        name, arguments = self._take(2)
        call = self._calls.get(str(name)) if isinstance(name, _Name) else None
        if call is None:
            raise RefusedError(
                f"it calls {name if isinstance(name, _Name) else type(name).__name__}, which is no tensor"
            )
        self._stack.append(call(*arguments))

    def _build(self, _: Any) -> None:
        (state,) = self._take(1)
        if not isinstance(self._stack[-1], _Array | _NumberType):
            raise RefusedError("it sets the state of something that is no tensor")
        self._stack[-1].set_state(state)

    def _persistent_id(self, _: Any) -> None:
        (identifier,) = self._take(1)
        self._stack.append(self._persistent(identifier))


def storage_type(name: object) -> str:
    """The type of numbers, a value of `STORAGES`, of the storage that a pickle names."""
    if not isinstance(name, _Name) or name.name not in STORAGES:
        raise RefusedError("a tensor has a storage of an unknown type")
    return STORAGES[name.name]


_LITERALS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "STRING", "BINSTRING", "SHORT_BINSTRING"),
}
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
