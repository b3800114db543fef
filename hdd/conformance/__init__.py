"""Checks whether methods and objectives keep the rules that the rest of the library relies on.

`hdd check` runs these checks. Each rule is checked on small random data, which takes seconds.
"""

from dataclasses import dataclass

from hdd.conformance.methods import METHOD_RULES, milliseconds
from hdd.conformance.objectives import OBJECTIVE_RULES
from hdd.conformance.rules import broken_rules, unfit_knobs
from hdd.methods import METHODS
from hdd.objectives import OBJECTIVES


@dataclass(frozen=True)
class Conformance:
    """The result of a check.

    Attributes:
        name: the method or objective that was checked.
        broken: the rules that it breaks, in words; empty if it keeps them all.
        milliseconds: time of a step on the small data, None if a rule is broken.
    """

    name: str
    broken: tuple[str, ...]
    milliseconds: float | None


def check_objective(name: str) -> Conformance:
    """Checks a registered objective, and times a step of DM with it.

    Raises:
        HDDError: there is no objective with that name, or as in `hdd.objectives.Objective.check`.
    """
    objective = OBJECTIVES.get(name)
    objective.check()
    knobs = {knob: objective.param[knob] for knob in objective.knobs()}
    broken = unfit_knobs(knobs) + broken_rules(OBJECTIVE_RULES, objective)
    return Conformance(name, tuple(broken), None if broken else milliseconds(METHODS.get("dm"), objective=name))


def check_method(name: str) -> Conformance:
    """Checks a registered method together with the objective that it was published with, and times its step.

    Raises:
        HDDError: there is no method with that name.
    """
    method = METHODS.get(name)
    knobs = {knob: method.knobs.param[knob] for knob in method.knobs.param if knob != "name"}
    broken = unfit_knobs(knobs) + broken_rules(METHOD_RULES, method)
    return Conformance(name, tuple(broken), None if broken else milliseconds(method))
