"""Real images: data sets by name or from a folder, and the pools of each class from which batches are drawn.

`hdd.data.layouts` describes folders without torch, so these names are imported when they are first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hdd.data.datasets import Dataset, Listing, available, load, load_chosen
    from hdd.data.pool import ClassPool

_LAZY = {
    "ClassPool": "hdd.data.pool",
    "Dataset": "hdd.data.datasets",
    "Listing": "hdd.data.datasets",
    "available": "hdd.data.datasets",
    "load": "hdd.data.datasets",
    "load_chosen": "hdd.data.datasets",
}

__all__ = ["ClassPool", "Dataset", "Listing", "available", "load", "load_chosen"]


def __getattr__(name: str) -> Any:
    """Imports a public name when it is used for the first time."""
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'hdd.data' has no attribute {name!r}")
