"""What the JSON file beside a set says of it: classes, normalisation, decoder and provenance, checked as a whole.

An export has it as set.json, and files that have no room for it have a manifest.
"""

# pyright: standard

import json
import sys
from pathlib import Path
from typing import Any, cast

from hdd.errors import NewerVersionError

FIELDS = ("classes", "mean", "std", "decoder", "provenance")
_DEEPEST = 100
"""So deeply lists and objects may lie in one another; a deeper one could not be written again."""


def read(path: Path, newest: int) -> dict[str, Any]:
    """What the file at `path` says; the values of `FIELDS` are what `hdd.sets.SyntheticSet` takes.

    Raises:
        NewerVersionError: its version is above `newest`.
        ValueError: something is missing or not allowed; the message says what.
        OSError: it cannot be read.
    """
    try:
        about: Any = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(about, dict) or _is_deep(about):
        raise ValueError("it is no object, or nested too deeply")
    record = cast(dict[str, Any], about)
    if missing := [name for name in ("version", *FIELDS) if name not in record]:
        raise ValueError(f"it lacks {', '.join(missing)}")
    if type(record["version"]) is not int:
        raise ValueError(f"its version is {record['version']!r}, but a whole number is expected")
    if record["version"] > newest:
        raise NewerVersionError(
            f"A newer version of hdd wrote {path}, in version {record['version']} of its form, and up to {newest} is "
            "read. Upgrade hdd-workbench to open it."
        )
    if not _is_list(record["classes"], str):
        raise ValueError("its classes are no list of texts")
    for name in ("mean", "std"):
        if not (_is_list(record[name], int | float) and all(map(_is_finite, record[name]))):
            raise ValueError(f"its {name} is no list of finite numbers")
    if not all(value > 0 for value in record["std"]):
        raise ValueError("its std is not above 0 in each channel")
    if not isinstance(record["decoder"], str) or not isinstance(record["provenance"], dict):
        raise ValueError("its decoder is no text, or its provenance no object")
    return record


def _is_list(value: Any, kind: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, kind) for each in cast(list[Any], value))


def _is_finite(value: float) -> bool:
    # A whole number may be larger than any floating-point number, and true is no number here.
    return not isinstance(value, bool) and -sys.float_info.max <= value <= sys.float_info.max


def _is_deep(value: Any) -> bool:
    layer = [value]
    for _ in range(_DEEPEST):
        parts = [each.values() if isinstance(each, dict) else each for each in layer if isinstance(each, dict | list)]
        layer = [child for part in parts for child in cast(list[Any], part)]
    return bool(layer)
