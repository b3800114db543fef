"""Objectives measure how far synthetic features are from real ones. See `hdd.objectives.base.Objective`.

Each has its own file. Another package adds an objective by an entry point in the group `hdd.objectives`; its name is
the name of the objective.
"""

from hdd.objectives.base import Objective
from hdd.registry import Registry

__all__ = ["OBJECTIVES", "Objective"]


def _rejection_reason(name: str, found: object) -> str | None:
    if not (isinstance(found, type) and issubclass(found, Objective)):
        return "it is not a subclass of hdd.objectives.Objective"
    if found.loss is Objective.loss:
        return "it does not define loss"
    return None if found.__doc__ else "it has no docstring; forms show its first line"


OBJECTIVES: Registry[type[Objective]] = Registry(
    "objective",
    "hdd.objectives",
    {
        "hdd": "hdd.objectives.hdd:HDD",
        "mean": "hdd.objectives.mean:Mean",
        "mean_distance": "hdd.objectives.mean_distance:MeanDistance",
        "unit_mean_distance": "hdd.objectives.unit_mean_distance:UnitMeanDistance",
        "horospherical": "hdd.objectives.horospherical:Horospherical",
        "gaussian": "hdd.objectives.gaussian:Gaussian",
        "energy": "hdd.objectives.energy:Energy",
        "mmd": "hdd.objectives.mmd:MMD",
        "ot": "hdd.objectives.ot:OT",
    },
    _rejection_reason,
)
"""All objectives by name."""
