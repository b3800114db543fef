"""Checks whether methods and objectives keep the rules that the rest of the library relies on.

`hdd check` runs these checks. Each rule is checked on small random data, which takes seconds.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from hdd.data import Dataset
from hdd.draws import generator
from hdd.errors import HDDError
from hdd.methods import METHODS, Method
from hdd.objectives import OBJECTIVES, Objective
from hdd.settings import Settings

CLASSES, REAL, SYNTHETIC, DIMENSIONS = 3, 7, 4, 6
RADII = (0.0, 0.5, 2.0, 25.0)
"""√|K|·radius of the random features on which an objective is tried, from 0 to where most formulas break down."""

STEPS = 4
TIMED_STEPS = 10


@dataclass(frozen=True)
class Conformance:
    """The result of a check.

    Attributes:
        name: the method or objective that was checked.
        broken: the rules that it breaks, in words; empty if it keeps them all.
        milliseconds: time of a step on the small data, the fastest of `TIMED_STEPS`; None if a rule is broken.
    """

    name: str
    broken: tuple[str, ...]
    milliseconds: float | None


def check_objective(name: str) -> Conformance:
    """Checks a registered objective, and times a step of DM with it.

    Raises:
        HDDError: there is no objective with that name.
    """
    objective = OBJECTIVES.get(name)
    knobs = {knob: objective.param[knob] for knob in objective.knobs()}
    broken = _undocumented(knobs)
    for rule, holds in _OBJECTIVE_RULES.items():
        if not holds(objective):
            broken.append(rule)
    return Conformance(name, tuple(broken), None if broken else _milliseconds(METHODS.get("dm"), objective=name))


def check_method(name: str) -> Conformance:
    """Checks a registered method together with the objective that it was published with, and times its step.

    Raises:
        HDDError: there is no method with that name.
    """
    method = METHODS.get(name)
    broken = _undocumented({knob: method.knobs.param[knob] for knob in method.knobs.param if knob != "name"})
    for rule, holds in _METHOD_RULES.items():
        if not holds(method):
            broken.append(rule)
    return Conformance(name, tuple(broken), None if broken else _milliseconds(method))


def _undocumented(knobs: Mapping[str, Any]) -> list[str]:
    return [
        f"the knob {name} has a label, a group, and a doc that ends with a full stop"
        for name, knob in knobs.items()
        if not (knob.label and knob.group and (knob.doc or "").endswith("."))
    ]


# Objectives


def _features(count: int, radius: float, seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Random features (C, count, D) of about the given radius."""
    values = generator(seed, "conformance").standard_normal((CLASSES, count, DIMENSIONS))
    return torch.from_numpy(values * radius / DIMENSIONS**0.5).to(dtype)


def _loss_and_gradient(objective: Objective, real: Tensor, synthetic: Tensor) -> tuple[Tensor, Tensor]:
    leaf = synthetic.detach().requires_grad_()
    losses = objective.loss(real, leaf)
    (gradient,) = torch.autograd.grad(losses.sum(), leaf)
    return losses.detach(), gradient


def _make(objective: type[Objective]) -> Objective:
    return objective(feature_scale=1.0)


def _one_loss_a_class(objective: type[Objective]) -> bool:
    losses = _make(objective).loss(_features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1))
    return losses.shape == (CLASSES,) and losses.dtype == torch.float32


def _finite(objective: type[Objective]) -> bool:
    made = _make(objective)
    pairs = [(_features(REAL, radius, 0), _features(SYNTHETIC, radius, 1)) for radius in RADII]
    pairs += [(_features(SYNTHETIC, radius, 0), _features(SYNTHETIC, radius, 0)) for radius in RADII]
    pairs += [(_features(REAL, radius, 0), _features(1, radius, 1)) for radius in RADII]
    found = [part for real, synthetic in pairs for part in _loss_and_gradient(made, real, synthetic)]
    return all(bool(torch.isfinite(part).all()) for part in found)


def _classes_apart(objective: type[Objective]) -> bool:
    made, real, synthetic = _make(objective), _features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1)
    losses = made.loss(real, synthetic)
    alone = torch.cat([made.loss(real[c : c + 1], synthetic[c : c + 1]) for c in range(CLASSES)])
    return torch.allclose(losses, alone, rtol=1e-4, atol=1e-6)


def _same_bits(objective: type[Objective]) -> bool:
    pair = _features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1)
    torch.manual_seed(0)
    first = _loss_and_gradient(_make(objective), *pair)
    torch.manual_seed(1)
    second = _loss_and_gradient(_make(objective), *pair)
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def _columns(objective: type[Objective]) -> bool:
    made, real, synthetic = _make(objective), _features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1)
    found = made.diagnostics(real, synthetic, made.loss(real, synthetic).detach())
    fits = all(value.shape == (CLASSES,) and bool(torch.isfinite(value).all()) for value in found.values())
    return tuple(found) == objective.columns and fits


_OBJECTIVE_RULES: dict[str, Callable[[type[Objective]], bool]] = {
    "loss() gives one float32 loss for each class": _one_loss_a_class,
    "losses and gradients are finite at √|K|·radius 0 to 25, also for equal sets and of one image a class": _finite,
    "the loss of a class depends only on the features of that class": _classes_apart,
    "losses and gradients are the same bits each time, whatever the global random state": _same_bits,
    "diagnostics() returns the names in `columns`, in that order, with one finite number for each class": _columns,
}


# Methods


def _dataset() -> Dataset:
    """Random pixels; the classes differ in brightness and in their number of images."""
    draws = generator(0, "conformance data")
    labels = draws.permutation(np.repeat(np.arange(CLASSES), (9, 7, 11)))
    pixels = draws.integers(0, 120, (len(labels), 1, 8, 8)) + 40 * labels[:, None, None, None]
    images, truth = torch.from_numpy(pixels.astype(np.uint8)), torch.from_numpy(labels)
    names = tuple(f"class {label}" for label in range(CLASSES))
    half = torch.tensor([0.5])
    return Dataset("conformance", images, truth, images, truth, names, half, half, "")


def _start(method: type[Method], **knobs: object) -> Method:
    small = {"ipc": 2, "network_width": 4, "network_depth": 2, "real_batch": 5, "device": "cpu"}
    values = {"objective": method.objective, **small, **knobs}
    return method(_dataset(), Settings(**values))


def _state_after(method: Method, steps: int) -> dict[str, Tensor]:
    for _ in range(steps):
        method.step()
        torch.rand(1)
    return {name: value.clone() for name, value in method.state().items()}


def _equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


def _deterministic(method: type[Method]) -> bool:
    torch.manual_seed(0)
    first = _state_after(_start(method), STEPS)
    torch.manual_seed(1)
    return _equal(first, _state_after(_start(method), STEPS))


def _moves(method: type[Method]) -> bool:
    made = _start(method)
    before = made.images.clone()
    return not torch.equal(before, _state_after(made, 1)["images"])


def _resumes(method: type[Method]) -> bool:
    whole = _state_after(_start(method), STEPS)
    state = _state_after(_start(method), STEPS // 2)
    kept = {name: value.clone() for name, value in state.items()}
    resumed = _start(method)
    resumed.load_state(state)
    return _equal(whole, _state_after(resumed, STEPS - STEPS // 2)) and _equal(state, kept)


def _records(method: type[Method]) -> bool:
    made = _start(method)
    record = made.step()
    counted = record.step == made.step_count == 1
    return counted and record.columns[0] == "loss" and record.classes.shape == (CLASSES, len(record.columns))


def _refuses(method: type[Method]) -> bool:
    made, left = _start(method), _start(method)
    before = made.settings.values()
    try:
        made.steer(steps=5, no_such_knob=1)
        return False
    except HDDError:
        pass
    return made.settings.values() == before and _equal(_state_after(made, 1), _state_after(left, 1))


def _gives_a_set(method: type[Method]) -> bool:
    return _start(method).synthetic().counts == (2,) * CLASSES


_METHOD_RULES: dict[str, Callable[[type[Method]], bool]] = {
    "two runs give the same bits, whatever the global random state": _deterministic,
    "a step moves the images": _moves,
    "a run continues from its state() with the same bits, and later steps do not change that state": _resumes,
    "step() counts the steps, and the losses are the first recorded column": _records,
    "steer() refuses an unknown knob and then changes nothing": _refuses,
    "synthetic() returns a set with the images of each class": _gives_a_set,
}


def _milliseconds(method: type[Method], **knobs: object) -> float:
    made = _start(method, **knobs)
    made.step()
    seconds = []
    for _ in range(TIMED_STEPS):
        started = time.perf_counter()
        made.step()
        seconds.append(time.perf_counter() - started)
    return 1000 * min(seconds)
