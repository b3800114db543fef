"""The rules for objectives, each checked on random features."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from hdd.conformance.rules import CLASSES, NO_TORCH, expect, imports_no_torch
from hdd.draws import generator
from hdd.knobs import Choice, Integer, Number
from hdd.objectives import Objective

REAL, SYNTHETIC, DIMENSIONS = 7, 4, 6
RADII = (0.0, 0.5, 2.0, 25.0)
"""√|K|·radius of the random features on which an objective is tried, from 0 to where most formulas break down."""


def _features(count: int, radius: float, seed: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Random features (C, count, D) of about the given radius."""
    values = generator(seed, "conformance").standard_normal((CLASSES, count, DIMENSIONS))
    return torch.from_numpy(values * radius / DIMENSIONS**0.5).to(dtype)


def _loss_and_gradient(objective: Objective, real: Tensor, synthetic: Tensor) -> tuple[Tensor, Tensor]:
    leaf = synthetic.detach().requires_grad_()
    losses = objective.loss(real, leaf)
    (gradient,) = torch.autograd.grad(losses.sum(), leaf)
    return losses.detach(), gradient


def _make(objective: type[Objective], **knobs: Any) -> Objective:
    return objective(**{"feature_scale": 1.0, **knobs})


def _one_loss_a_class(objective: type[Objective]) -> None:
    losses = _make(objective).loss(_features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1))
    fits = losses.shape == (CLASSES,) and losses.dtype == torch.float32
    expect(fits, f"for {CLASSES} classes its shape is {tuple(losses.shape)}, its dtype {losses.dtype}")


def _pairs(radius: float) -> dict[str, tuple[Tensor, Tensor]]:
    real, synthetic = _features(REAL, radius, 0), _features(SYNTHETIC, radius, 1)
    return {
        "several images per class": (real, synthetic),
        "real and synthetic features that are equal": (synthetic, synthetic),
        "one synthetic image per class": (real, _features(1, radius, 1)),
    }


def _finite(objective: type[Objective]) -> None:
    settings: list[dict[str, Any]] = [{}]
    for name in objective.knobs():
        knob = objective.param[name]
        if isinstance(knob, Number | Integer) and knob.softbounds is not None:
            settings += [{name: end} for end in knob.softbounds]
        if isinstance(knob, Choice):
            settings += [{name: choice} for choice in knob.objects]
    for values in settings:
        made = _make(objective, **values)
        for radius in RADII:
            for case, pair in _pairs(radius).items():
                for what, found in zip(("loss", "gradient"), _loss_and_gradient(made, *pair), strict=True):
                    given = "".join(f", {name} = {value}" for name, value in values.items())
                    where = f"at √|K|·radius {radius:g}, for {case}{given}"
                    expect(bool(torch.isfinite(found).all()), f"the {what} is not, {where}")


def _classes_apart(objective: type[Objective]) -> None:
    made, real, synthetic = _make(objective), _features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1)
    losses = made.loss(real, synthetic)
    for c in range(CLASSES):
        alone = made.loss(real[c : c + 1], synthetic[c : c + 1])
        apart = torch.allclose(losses[c], alone, rtol=1e-4, atol=1e-6)
        expect(apart, f"the loss of class {c} is {float(losses[c]):.6g}, without the others {alone.tolist()}")


def _same_bits(objective: type[Objective]) -> None:
    pair = _features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1)
    torch.manual_seed(0)
    first = _loss_and_gradient(_make(objective), *pair)
    torch.manual_seed(1)
    second = _loss_and_gradient(_make(objective), *pair)
    for what, one, other in zip(("loss", "gradient"), first, second, strict=True):
        expect(torch.equal(one, other), f"computing it twice gives two different values of {what}")


def _columns(objective: type[Objective]) -> None:
    made, real, synthetic = _make(objective), _features(REAL, 2.0, 0), _features(SYNTHETIC, 2.0, 1)
    found = made.diagnostics(real, synthetic, made.loss(real, synthetic).detach())
    names = f"`columns` names {', '.join(objective.columns)}; diagnostics() returns {', '.join(found)}"
    expect(tuple(found) == tuple(objective.columns), names)
    for name, value in found.items():
        expect(value.shape == (CLASSES,), f"for {CLASSES} classes the shape of {name} is {tuple(value.shape)}")
        expect(bool(torch.isfinite(value).all()), f"{name} is {value.tolist()}")


OBJECTIVE_RULES: dict[str, Callable[[type[Objective]], None]] = {
    NO_TORCH: imports_no_torch,
    "loss() must return one float32 loss for each class": _one_loss_a_class,
    "losses and gradients must be finite": _finite,
    "the loss of a class must depend only on the features of that class": _classes_apart,
    "losses and gradients must be the same bits each time, whatever the global random state": _same_bits,
    "diagnostics() must return what `columns` names, in that order, one finite number for each class": _columns,
}
