"""Which values of a run can be compared, although somebody steered it in between."""

from collections.abc import Sequence

import numpy as np

from hdd.records import Edit
from hdd.settings import Settings

SCALES = ("objective", "curvature", "weight", "feature_scale", "target_radius", "feature_centre", "clamp", "centroid")
"""The knobs that change what a loss is measured in."""


def changed_scales(edits: Sequence[Edit]) -> list[str]:
    """The names of the knobs that were steered and change what a loss is measured in, in the order of `SCALES`.

    Args:
        edits: the applied changes of knobs.
    """
    steered = {edit.name for edit in edits if edit.value != edit.old}
    return [name for name in SCALES if name in steered]


def scales_apart(runs: Sequence[tuple[Settings, Sequence[Edit]]]) -> list[str]:
    """The names of the knobs that keep the losses of runs from being compared, in the order of `SCALES`.

    Args:
        runs: the initial settings of each run, and the applied changes of its knobs. A single run has such knobs too,
            if they were steered.
    """
    steered = {name for _, edits in runs for name in changed_scales(edits)}
    initial = [settings for settings, _ in runs]
    return [name for name in SCALES if name in steered or len({getattr(each, name) for each in initial}) > 1]


def curvature_at(steps: np.ndarray, edits: Sequence[Edit], initial: float) -> np.ndarray:
    """The curvature K < 0 with which each step was made, (n,).

    Args:
        steps: (n,) numbers of steps; a change that was applied at a step acts on the steps after it.
        edits: the applied changes of knobs, in the order in which they took effect.
        initial: the curvature at the start.
    """
    found = np.full(len(steps), initial, float)
    for edit in edits:
        if edit.name == "curvature":
            found[np.asarray(steps) > edit.applied_at] = edit.value
    return found
