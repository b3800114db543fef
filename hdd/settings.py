"""The settings of a run: its knobs, composed from the parts that declare them.

`RunKnobs`, `PruningKnobs` and `RuleKnobs` are in force in every run. The knobs of a method or an objective are in force
in the runs that use it. A run holds values of all knobs, since its objective may change while it is going. This module
does not import torch, so that the command line and the page can check values before anything heavy is loaded.
"""

import difflib
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import param

from hdd.errors import HDDError, InvalidInputError
from hdd.knobs import Knob, Preset, text
from hdd.knobs.types import Uninstalled
from hdd.methods import METHODS
from hdd.networks import NETWORKS
from hdd.objectives import OBJECTIVES, Objective
from hdd.pruning.distilled_knobs import DistilledPruningKnobs
from hdd.pruning.knobs import PruningKnobs
from hdd.registry import Registry
from hdd.runs.knobs import RunKnobs
from hdd.runs.rule_knobs import RuleKnobs

RENAMED_OBJECTIVES = {"dm": "mean"}
"""Names of objectives in earlier versions, which runs, scripts and command lines may still use."""

_REGISTRIES = {"method": METHODS, "objective": OBJECTIVES}
"""What declares knobs of its own."""

_CHOSEN: dict[str, Registry[Any]] = {**_REGISTRIES, "network": NETWORKS}
"""The registries whose names are values of the knobs that are called so."""


_ALWAYS = (RunKnobs, PruningKnobs, RuleKnobs)
"""The parts whose knobs are in force in every run."""


def _knobs_of(part: type[param.Parameterized]) -> dict[str, param.Parameter[Any]]:
    return {name: part.param[name] for name in part.param if name != "name"}


def _part(kind: str, name: str) -> type[param.Parameterized]:
    """The part that declares the knobs of a method or an objective."""
    return METHODS.get(name).knobs if kind == "method" else OBJECTIVES.get(name)


def _taken(name: str, knob: Any) -> str:
    return f"{knob.owner.__module__}.{knob.owner.__name__} has a knob {name!r} already, so give this one another name"


def _compose() -> dict[str, Knob[Any]]:
    """All knobs by name, fixed ones first. A method or objective that declares a name already in use is left out."""
    declared: dict[str, Any] = {}
    for part in (*_ALWAYS, Objective):
        declared |= _knobs_of(part)
    accepted: dict[str, list[type[param.Parameterized]]] = {"method": [], "objective": []}
    for kind, registry in _REGISTRIES.items():
        for name in registry.names():
            part = _part(kind, name)
            knobs = _knobs_of(part)
            taken = [each for each in knobs if each in declared and declared[each].owner is not knobs[each].owner]
            unfit = [each for each, knob in knobs.items() if not isinstance(knob, Knob)]
            if taken or unfit:
                reason = f"{unfit[0]} is not a knob of hdd.knobs" if unfit else _taken(taken[0], declared[taken[0]])
                registry.leave_out(name, reason)
            else:
                declared |= knobs
                accepted[kind].append(part)
    # Forms show what is matched before how it is done.
    order = [
        name
        for part in (
            *accepted["objective"],
            PruningKnobs,
            DistilledPruningKnobs,
            *accepted["method"],
            RunKnobs,
            RuleKnobs,
        )
        for name in _knobs_of(part)
    ]
    fixed = {name: copy(knob) for name, knob in declared.items() if not knob.steerable}
    steerable = {name: copy(declared[name]) for name in order if declared[name].steerable}
    knobs = fixed | steerable
    for kind, registry in _CHOSEN.items():
        knobs[kind].objects = list(registry.names())
    return knobs


_KNOBS = _compose()


class Settings(param.Parameterized):
    """The knobs of one run, with the defaults of the preset "geometric"; `initial_settings` adds those of a data set.

    Raises:
        HDDError: a knob is unknown, or a value is outside its bounds; the message names it.

    Attributes:
        unknown: values that a stored run has for knobs which are not known here.
    """

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """The value of a knob."""

    def __init__(self, **values: Any) -> None:
        given: dict[str, Any] = {}
        for name, value in values.items():
            knob = Settings.knob(name)
            given[name] = value.item() if isinstance(value, np.generic) else value
            if name == "objective" and isinstance(value, str):
                given[name] = RENAMED_OBJECTIVES.get(value, value)
            # param would accept True for 1, and functions.
            if isinstance(knob, param.Number) and type(given[name]) not in (int, float, str, type(None)):
                raise _not_allowed(name, value)
        try:
            # All values are set here at once, because this is param's only thread-safe way to set constants.
            super().__init__(**given)  # pyright: ignore[reportUnknownMemberType] (param does not say)
        except ValueError:
            for name, value in given.items():
                try:
                    param.Parameterized.__init__(object.__new__(Settings), **{name: value})  # pyright: ignore[reportUnknownMemberType]
                except ValueError:
                    raise _not_allowed(name, values[name]) from None
            raise
        self.unknown: dict[str, Any] = {}

    @classmethod
    def stored(cls, values: Mapping[str, Any]) -> Self:
        """Makes settings as a run recorded them, even if its method, objective or network is not installed here.

        Raises:
            HDDError: a value of a known knob is outside its bounds.
        """
        known = {name: value for name, value in values.items() if name in _KNOBS}
        for kind, registry in _CHOSEN.items():
            if kind in known and known[kind] not in (*registry.names(), *RENAMED_OBJECTIVES):
                known[kind] = Uninstalled(known[kind])
        made = cls(**known)
        made.unknown = {name: value for name, value in values.items() if name not in _KNOBS}
        return made

    @staticmethod
    def knob(name: str) -> Knob[Any]:
        """The declaration of a knob.

        Raises:
            HDDError: there is no such knob.
        """
        if name not in _KNOBS:
            near = difflib.get_close_matches(name, _KNOBS, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Knobs are: {', '.join(_KNOBS)}."
            raise InvalidInputError(f"There is no knob {name!r}. {hint}")
        return _KNOBS[name]

    @staticmethod
    def names() -> tuple[str, ...]:
        """Names of all knobs, fixed ones first."""
        return tuple(_KNOBS)

    @staticmethod
    def steerable() -> tuple[str, ...]:
        """Names of the knobs that may change while a run is going."""
        return _STEERABLE

    def values(self) -> dict[str, Any]:
        """The values of all knobs by name, JSON-compatible."""
        return {name: getattr(self, name) for name in _KNOBS}

    def in_force(self) -> tuple[str, ...]:
        """Names of the knobs that a run with this method and objective depends on, fixed ones first.

        If the method or the objective is not installed here, its knobs are not known, and all names are returned.
        """
        if self.uninstalled().keys() & _REGISTRIES.keys():
            return self.names()
        parts = [*_ALWAYS, *(_part(kind, getattr(self, kind)) for kind in _REGISTRIES)]
        own = {name for part in parts for name in _knobs_of(part)}
        return tuple(name for name in _KNOBS if name in own)

    def recorded(self) -> dict[str, Any]:
        """The values that a run records: knobs in force, others that differ from their defaults, and unknown ones."""
        in_force = self.in_force()
        values = self.values().items()
        return {k: v for k, v in values if k in in_force or v != _KNOBS[k].default} | self.unknown

    def uninstalled(self) -> dict[str, str]:
        """The names of the method, the objective and the network, by their knobs, if they are not installed here."""
        return {kind: str(name) for kind in _CHOSEN if isinstance(name := getattr(self, kind), Uninstalled)}

    def as_steered(self, values: Mapping[str, Any]) -> "Settings":
        """These settings with the values that a run's ledger says were applied, even if they are not installed here."""
        return Settings.stored({**self.values(), **self.unknown, **values})

    def changed(self, **changes: Any) -> "Settings":
        """These settings with steerable knobs changed.

        Raises:
            HDDError: a knob is unknown or fixed, or a value is outside its bounds.
        """
        for name in changes:
            check_steerable(name)
        return Settings(**{**self.values(), **changes})


for _name, _knob in _KNOBS.items():
    Settings.param.add_parameter(_name, _knob)  # pyright: ignore[reportUnknownMemberType]

_STEERABLE = tuple(name for name, knob in _KNOBS.items() if knob.steerable)


def _not_allowed(name: str, value: Any) -> HDDError:
    return InvalidInputError(f"{name}={value!r} is not allowed: give {allowed(name)}.")


def allowed(name: str) -> str:
    """Which values the knob `name` allows, in words, for messages and tooltips."""
    return text.allowed(Settings.knob(name))


def describe(name: str) -> dict[str, Any]:
    """Describes a knob, JSON-compatible: name, what (its label), unit, group, default, allowed, steerable and doc."""
    knob = Settings.knob(name)
    return {
        "name": name,
        "what": knob.label,
        "unit": knob.unit or None,
        "group": knob.group,
        "default": knob.default,
        "allowed": allowed(name),
        "steerable": knob.steerable,
        "doc": knob.doc,
    }


def check_steerable(name: str) -> None:
    """Checks that a knob may change while a run is going.

    Raises:
        HDDError: the knob is unknown or fixed.
    """
    if not Settings.knob(name).steerable:
        raise InvalidInputError(
            f"{name} is fixed when a run is made. Start a new run to change it, "
            f"or steer one of: {', '.join(Settings.steerable())}."
        )


def parse(name: str, given: str) -> Any:
    """The checked value of a knob that a text from a command line or a field stands for.

    Raises:
        HDDError: the knob is unknown, or does not allow the value.
    """
    return getattr(Settings(**{name: text.from_text(Settings.knob(name), given)}), name)


def packages() -> dict[str, str]:
    """The package of each method, objective and network that is not our own, by "method NAME" and so on."""
    return {
        f"{kind} {name}": package for kind, registry in _CHOSEN.items() for name, package in registry.packages().items()
    }


def grouped(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Sorts names of knobs into the groups under which forms and tables show them."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(Settings.knob(name).group, []).append(name)
    return groups


def _presets() -> dict[str, Preset]:
    found: dict[str, Preset] = {}
    for kind, registry in (("objective", OBJECTIVES), ("method", METHODS)):
        for part in registry.names():
            for name, preset in registry.get(part).presets.items():
                found.setdefault(name, replace(preset, values={kind: part, **preset.values}))
    return found


PRESETS = _presets()
"""The presets of all objectives and methods, by name."""


def presets_for(dataset: str) -> dict[str, Preset]:
    """The presets that a run on this data set can have, by name."""
    return {name: preset for name, preset in PRESETS.items() if preset.dataset in (None, dataset)}


def initial_settings(dataset: str | None = None, preset: str = "geometric", **values: Any) -> Settings:
    """Settings of a new run: the method's defaults for the data set, then the preset, then the given values.

    Without a data set, that of the preset is taken, or else the default one.

    Raises:
        HDDError: the preset or a knob is unknown, a value is outside its bounds, or the preset is for another data set
            or another number of images per class.
    """
    if preset not in PRESETS:
        raise InvalidInputError(f"There is no preset {preset!r}: give one of {', '.join(PRESETS)}.")
    chosen = PRESETS[preset]
    dataset = dataset or chosen.dataset or str(Settings.knob("dataset").default)
    if chosen.dataset is not None:
        given = {"dataset": dataset, "ipc": values.get("ipc", chosen.values.get("ipc"))}
        fits = {"dataset": chosen.dataset, "ipc": chosen.values.get("ipc")}
        for name in fits:
            if given[name] != fits[name]:
                raise InvalidInputError(
                    f"The preset {preset} is for {name}={fits[name]}, not for {name}={given[name]}: "
                    f"leave {name} out, or give another preset."
                )
    method = Settings(method=values.get("method", chosen.values.get("method", Settings.knob("method").default))).method
    defaults = METHODS.get(method).defaults(dataset)
    return Settings(**{**defaults, **chosen.values, **values, "dataset": dataset})


def method_and_objective(method: str | None, objective: str | None) -> dict[str, str]:
    """The knobs that follow when a user names a method, an objective, both, or neither.

    If only a method is named, it is taken as published, with its own objective. Earlier versions called the objective
    "method", so the name of an objective is also accepted as a method.

    Raises:
        HDDError: a name is unknown.

    >>> method_and_objective("dm", None)
    {'method': 'dm', 'objective': 'mean'}
    >>> method_and_objective("hdd", None)
    {'method': 'dm', 'objective': 'hdd'}
    """
    if method is None:
        return {} if objective is None else {"objective": objective}
    if method not in METHODS and method in OBJECTIVES and objective in (None, method):
        return {"method": Settings.knob("method").default, "objective": method}
    return {"method": method, "objective": objective or METHODS.get(method).objective}
