"""Gives figures what they draw."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource


def put(source: ColumnDataSource, columns: Mapping[str, Any]) -> None:
    """Replaces the columns of a source, unless it has the same ones already.

    A browser computes and paints all that is drawn from a source whenever it gets columns, even equal ones.

    Args:
        source: gets the columns.
        columns: sequences or arrays, of numbers, texts or arrays.
    """
    old: dict[Any, Any] = dict(source.data)
    if old.keys() != columns.keys() or not all(_same(old[name], columns[name]) for name in columns):
        source.data = dict(columns)


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        return np.array_equal(old, new)
    return len(old) == len(new) and all(_same_value(*pair) for pair in zip(old, new, strict=True))


def _same_value(old: Any, new: Any) -> bool:
    if isinstance(old, Sequence | np.ndarray) and not isinstance(old, str):
        return np.array_equal(old, new)
    return bool(old == new)
