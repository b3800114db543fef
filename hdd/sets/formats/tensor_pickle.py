"""Reads the tensors and numbers of a pickle without unpickling it.

The opcodes are interpreted here, one by one, on a stack of plain values. What a pickle names is looked up in a short
table of constructors of tensors and numbers (`hdd.sets.formats.pickled_tensors`), each of which is a function of this
product; everything else is refused. So no code that a file holds or names can run, and no memory is taken for a tensor
before its size was compared with the bytes that there are.
"""

# pyright: standard

import io
import pickletools
from collections.abc import Callable
from typing import Any

from hdd.sets.formats.pickled_tensors import (
    CALLS,
    NAMES,
    OTHER_TYPE,
    STORAGES,
    Array,
    Name,
    NumberType,
    OtherTypeError,
    RefusedError,
    checked_key,
    dictionary,
)


class Machine:
    """Interprets one pickle after another.

    Args:
        persistent: returns what a persistent identifier stands for; torch names storages by it.
        nested: returns what the bytes of a file of torch within the pickle hold (`torch.storage._load_from_bytes`).
    """

    def __init__(self, persistent: Callable[[Any], Any], nested: Callable[[bytes], Any] | None = None) -> None:
        self._persistent = persistent
        self._calls = dict(CALLS)
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
        self._stack[-1][checked_key(key)] = value

    def _set_items(self, _: Any) -> None:
        values = self._take_marked()
        self._stack[-1].update(dictionary(zip(values[::2], values[1::2], strict=True)))

    def _list(self, _: Any) -> None:
        self._stack.append(self._take_marked())

    def _tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._take_marked()))

    def _dict(self, _: Any) -> None:
        values = self._take_marked()
        self._stack.append(dictionary(zip(values[::2], values[1::2], strict=True)))

    def _name(self, module: str, name: str) -> None:
        full = Name(module, name)
        known = str(full) in self._calls or str(full) in NAMES
        if not (known or (module in ("torch", "torch.cuda") and name in STORAGES)):
            if module == "torch" and OTHER_TYPE.fullmatch(name):
                raise OtherTypeError(
                    f"holds numbers of the type {full}, which are not read: save them as torch.float32"
                )
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
        call = self._calls.get(str(name)) if isinstance(name, Name) else None
        if call is None:
            raise RefusedError(
                f"it calls {name if isinstance(name, Name) else type(name).__name__}, which is no tensor"
            )
        self._stack.append(call(*arguments))

    def _build(self, _: Any) -> None:
        (state,) = self._take(1)
        if not isinstance(self._stack[-1], Array | NumberType):
            raise RefusedError("it sets the state of something that is no tensor")
        self._stack[-1].set_state(state)

    def _persistent_id(self, _: Any) -> None:
        (identifier,) = self._take(1)
        self._stack.append(self._persistent(identifier))


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
