"""The rules for methods, each checked on random images."""

import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from hdd.conformance.rules import CLASSES, NO_TORCH, BrokenRule, expect, imports_no_torch
from hdd.data import Dataset
from hdd.draws import generator
from hdd.errors import HDDError
from hdd.methods import Method
from hdd.settings import Settings

STEPS = 4
TIMED_STEPS = 10


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


def _deterministic(method: type[Method]) -> None:
    torch.manual_seed(0)
    first = _state_after(_start(method), STEPS)
    torch.manual_seed(1)
    expect(_equal(first, _state_after(_start(method), STEPS)), f"their states differ after {STEPS} steps")


def _moves(method: type[Method]) -> None:
    made = _start(method)
    before = made.images.clone()
    expect(not torch.equal(before, _state_after(made, 1)["images"]), "the images stay as they were")


def _resumes(method: type[Method]) -> None:
    whole = _state_after(_start(method), STEPS)
    state = _state_after(_start(method), STEPS // 2)
    kept = {name: value.clone() for name, value in state.items()}
    resumed = _start(method)
    resumed.load_state(state)
    expect(
        _equal(whole, _state_after(resumed, STEPS - STEPS // 2)),
        "a resumed run differs from an uninterrupted one",
    )
    expect(_equal(state, kept), "later steps changed the state")


def _records(method: type[Method]) -> None:
    made = _start(method)
    record = made.step()
    expect(
        record.step == made.step_count == 1,
        f"after one step, the record says {record.step}, step_count {made.step_count}",
    )
    expect(record.columns[0] == "loss", f"the first column is {record.columns[0]}")
    shape = (CLASSES, len(record.columns))
    expect(record.classes.shape == shape, f"the shape of classes is {record.classes.shape}, not {shape}")


def _refuses(method: type[Method]) -> None:
    made, left = _start(method), _start(method)
    before = made.settings.values()
    try:
        made.steer(steps=5, no_such_knob=1)
    except HDDError:
        unchanged = made.settings.values() == before and _equal(_state_after(made, 1), _state_after(left, 1))
        expect(unchanged, "it refuses, but something is changed")
    else:
        raise BrokenRule("it accepts the knob no_such_knob")


def _stays_finite(method: type[Method]) -> None:
    made = _start(method)
    made.step()
    state = {name: value.clone() for name, value in made.state().items()}
    state["images"][0] = torch.nan
    made.load_state({name: value.clone() for name, value in state.items()})
    try:
        made.step()
    except HDDError:
        kept = made.state()
        unchanged = all(torch.equal(value.nan_to_num(), kept[name].nan_to_num()) for name, value in state.items())
        expect(unchanged and made.step_count == 1, "it raises, but something is changed")
    else:
        raise BrokenRule("from images with NaN it makes a step")


def _leaves_out(method: type[Method]) -> Method | None:
    """A method that leaves half of its images out after two steps; None if it cannot."""
    if "distilled_pruning_rate" not in method.knobs.param:
        return None
    made = _start(method, ipc=4, momentum=0.5)
    _state_after(made, 2)
    made.steer(distilled_pruning_rate=0.5)
    return made


def _freezes(method: type[Method]) -> None:
    made = _leaves_out(method)
    if made is None:
        return
    kept, before = torch.from_numpy(made.mask.kept), made.images.clone()
    expect(made.synthetic().counts == (2,) * CLASSES, f"of 4 images, the set has {made.synthetic().counts}")
    after = _state_after(made, 2)["images"]
    expect(torch.equal(after[~kept], before[~kept]), "they move")
    still = [not torch.equal(now, then) for now, then in zip(after[kept], before[kept], strict=True)]
    expect(all(still), "images that are kept stay as they were")
    expect(np.array_equal(made.mask.kept, kept.numpy()), "other images are left out after a step")
    made.steer(distilled_pruning_rate=0.0)
    moved = _state_after(made, 1)["images"]
    expect(not torch.equal(moved[~kept], before[~kept]), "they do not move when the rate is 0 again")


def _resumes_frozen(method: type[Method]) -> None:
    made = _leaves_out(method)
    if made is None:
        return
    state = {name: value.clone() for name, value in made.state().items()}
    whole = _state_after(made, 2)
    resumed = _start(method, ipc=4, momentum=0.5, distilled_pruning_rate=0.5)
    resumed.load_state(state)
    expect(_equal(whole, _state_after(resumed, 2)), "a resumed run differs from an uninterrupted one")


def _chooses_alike(method: type[Method]) -> None:
    made = _leaves_out(method)
    if made is None:
        return
    kept = made.mask.kept
    made.steer(distilled_pruning_rate=0.25)
    made.steer(distilled_pruning_rate=0.5)
    expect(np.array_equal(made.mask.kept, kept), "with the same settings and images, other images are left out")


def _gives_a_set(method: type[Method]) -> None:
    counts = _start(method).synthetic().counts
    expect(counts == (2,) * CLASSES, f"with 2 images in each of {CLASSES} classes, the set has {counts}")


METHOD_RULES: dict[str, Callable[[type[Method]], None]] = {
    NO_TORCH: imports_no_torch,
    "two runs must give the same bits, whatever the global random state": _deterministic,
    "a step must move the images": _moves,
    "a run must continue from its state() with the same bits, and later steps must not change that state": _resumes,
    "step() must count the steps, and record the losses as the first column": _records,
    "steer() must raise HDDError for an unknown knob, and then change nothing": _refuses,
    "step() must raise HDDError where images or losses would not be finite, and then change nothing": _stays_finite,
    "images that distilled pruning leaves out must stay as they are and be no part of the set, until they are kept "
    "again": _freezes,
    "a run that leaves images out must continue from its state() with the same bits": _resumes_frozen,
    "which images are left out must depend only on the images and the settings": _chooses_alike,
    "synthetic() must return a set with the images of each class": _gives_a_set,
}


def milliseconds(method: type[Method], **knobs: object) -> float:
    """The time of a step on the small data: the fastest of `TIMED_STEPS`."""
    made = _start(method, **knobs)
    made.step()
    seconds = []
    for _ in range(TIMED_STEPS):
        started = time.perf_counter()
        made.step()
        seconds.append(time.perf_counter() - started)
    return 1000 * min(seconds)
