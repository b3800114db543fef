"""How the time of a step grows with images per class, classes, width and resolution, on images of random pixels."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from hdd.data import Dataset
from hdd.draws import generator
from hdd.methods import METHODS
from hdd.networks import users
from hdd.settings import Settings

SECONDS = 120.0
"""About the time after which no more is measured."""

FACTORS = (2, 4)
MOST_STEPS = 5
TOO_LONG = "left out, since it would take too long"


def _random_data(data: Dataset, settings: Settings, classes: int, factor: int) -> Dataset:
    """Random pixels: of as many classes, and `factor` times as high and wide as the images of `data`."""
    count = max(settings.real_batch, settings.ipc)
    shape = (classes * count, data.channels, *(factor * side for side in data.size))
    pixels = torch.from_numpy(generator(0, "growth").integers(0, 256, shape, dtype=np.uint8))
    labels = torch.arange(classes).repeat_interleave(count)
    names = tuple(f"class {label}" for label in range(classes))
    return Dataset("growth", pixels, labels, pixels[:classes], labels[::count], names, data.mean, data.std, "")


def _milliseconds(data: Dataset, settings: Settings, seconds: float) -> tuple[float, float]:
    """The fastest step after a first one, in about so many seconds; and how many seconds it took altogether."""
    started = time.perf_counter()
    method = METHODS.get(settings.method)(data, settings)
    method.step()
    found: list[float] = []
    while not found or (len(found) < MOST_STEPS and time.perf_counter() - started < seconds):
        found.append(method.step().seconds)
    return 1000 * min(found), time.perf_counter() - started


def measure_growth(
    data: Dataset, settings: Settings, on_progress: Callable[[str], None], seconds: float = SECONDS
) -> dict[str, dict[str, float | str]]:
    """Measures steps of growing tasks; one thing grows at a time, by `FACTORS`.

    Args:
        data: channels, size and number of classes are taken from here.
        settings: the task that grows.
        on_progress: called with a description of what is being measured.
        seconds: about how long all of it may take; what would take too long is left out.

    Returns:
        By what grows, the milliseconds of a step by its size.
    """
    torch.set_num_threads(settings.threads)
    axes: dict[str, tuple[int, Callable[[int], tuple[Mapping[str, Any], int, int]]]] = {
        "images per class": (settings.ipc, lambda factor: ({"ipc": factor * settings.ipc}, 1, 1)),
        "classes": (len(data.classes), lambda factor: ({}, factor, 1)),
        "resolution": (data.size[0], lambda factor: ({}, 1, factor)),
    }
    if settings.network in users("width"):
        width = settings.network_width
        axes["width"] = width, lambda factor: ({"network_width": factor * width}, 1, 1)
    share = seconds / (1 + len(axes) * len(FACTORS))

    def measure(knobs: Mapping[str, Any], classes: int, resolution: int) -> tuple[float, float]:
        # Scores of pruning are no part of a step, and a step in which real features are computed is the longest.
        chosen = Settings(**{**settings.values(), "pruning_rate": 0.0, "real_uses": 1, **knobs})
        made = _random_data(data, chosen, classes * len(data.classes), resolution)
        return _milliseconds(made, chosen, share)

    on_progress("growth: the task itself")
    base, base_took = measure({}, 1, 1)
    found: dict[str, dict[str, float | str]] = {}
    for axis, (size, grown) in axes.items():
        table: dict[str, float | str] = {str(size): round(base, 1)}
        took = base_took
        for factor in FACTORS:
            on_progress(f"growth: {axis} × {factor}")
            # Doubling a side or a width makes a step up to four times as long; two steps are the least.
            if took > share:
                table[str(factor * size)] = TOO_LONG
                continue
            milliseconds, took = measure(*grown(factor))
            table[str(factor * size)] = round(milliseconds, 1)
        found[axis] = table
    return found
