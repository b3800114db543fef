"""Hyperbolic dataset distillation that can be steered, killed, rewound, forked and replayed.

    import hdd
    run = hdd.distill(dataset="digits", ipc=10, steps=200, out="runs/demo", at={100: {"curvature": -4}})
    hdd.evaluate(run)
    hdd.fork(run, step=100, out="runs/flat", edits={"curvature": -1})

`import hdd` is fast and does not load torch; each function loads what it needs.
"""

import importlib
from typing import TYPE_CHECKING, Any

from hdd.errors import HDDError

if TYPE_CHECKING:
    from hdd.api import distill, evaluate, fork, replay
    from hdd.methods import Method
    from hdd.objectives import Objective
    from hdd.runs.history import rewind
    from hdd.runs.resume import resume
    from hdd.runs.run import Run
    from hdd.settings import Settings

_LAZY = {
    "Method": "hdd.methods",
    "Objective": "hdd.objectives",
    "Run": "hdd.runs.run",
    "Settings": "hdd.settings",
    "distill": "hdd.api",
    "evaluate": "hdd.api",
    "fork": "hdd.api",
    "replay": "hdd.api",
    "resume": "hdd.runs.resume",
    "rewind": "hdd.runs.history",
}

__all__ = [
    "HDDError",
    "Method",
    "Objective",
    "Run",
    "Settings",
    "distill",
    "evaluate",
    "fork",
    "replay",
    "resume",
    "rewind",
]


def __getattr__(name: str) -> Any:
    """Imports a public name when it is used for the first time."""
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'hdd' has no attribute {name!r}")
