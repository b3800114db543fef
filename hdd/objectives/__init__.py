"""Objectives: discrepancies between real and synthetic features, one a file; see `hdd.objectives.base.Objective`.

Another package brings one by an entry point of the group `hdd.objectives`, whose name is the objective's.
"""

from hdd.objectives.base import Objective
from hdd.registry import Registry

__all__ = ["OBJECTIVES", "Objective"]


def _misfit(name: str, found: object) -> str | None:
    if not (isinstance(found, type) and issubclass(found, Objective)):
        return "it is no subclass of hdd.objectives.Objective"
    if found.loss is Objective.loss:
        return "it has no loss"
    return None if found.__doc__ else "it has no docstring, whose first line names it in forms"


OBJECTIVES: Registry[type[Objective]] = Registry(
    "objective",
    "hdd.objectives",
    {"hdd": "hdd.objectives.hdd:HDD", "mean": "hdd.objectives.mean:Mean"},
    _misfit,
)
"""All objectives by name."""
