"""Discrepancies between real and synthetic features, one a file.

An objective takes real features (C, N, D) and synthetic features (C, M, D) and returns one loss a class, (C,).
Its keyword arguments are knobs of `hdd.settings.Settings` by the same names. The registry holds import paths, so
that listing the objectives does not import torch.
"""

import pkgutil
from collections.abc import Callable

OBJECTIVES = {
    "dm": "hdd.objectives.euclidean:dm",
    "hdd": "hdd.objectives.lorentz:hdd",
}


def resolve(name: str) -> Callable:
    """The objective registered under `name` (a key of `OBJECTIVES`)."""
    return pkgutil.resolve_name(OBJECTIVES[name])
