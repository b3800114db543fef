"""The values of the curves at the step that is shown, in words."""

from collections.abc import Sequence

import numpy as np

from hdd.protocol import baseline_of, comparable
from workbench.core.comparable import scales_apart
from workbench.core.evaluations import figure_text
from workbench.core.frame import Frame
from workbench.core.run_curves import RunCurves


def curve_summary(frame: Frame, curves: RunCurves, overlays: Sequence[RunCurves] = ()) -> str:
    """The values at the step that is shown, and what the losses cannot be compared across.

    The curves of a long run are means over a few steps each, and so are the values; then the text says of which.

    Args:
        frame: of a run.
        curves: those of the run.
        overlays: those of other runs in the same figure.
    """
    columns = frame.run_state.columns
    if not len(columns["step"]):
        return "No steps have been made yet."
    row = min(int(np.searchsorted(columns["step"], frame.step)), len(columns["step"]) - 1)
    names = ("real_radius_q50", "synthetic_radius_q50", "real_clamped")
    real, synthetic, clamped = (curves.by_class(name)[row].mean() for name in names)
    last = int(columns["step"][row])
    first = int(columns["step"][row - 1]) + 1 if row else 1
    which = f"Step {last}" if first == last else f"Mean of steps {first} to {last}"
    text = f"{which}: loss {columns['loss'][row]:.4g}"
    if np.isfinite(real) and np.isfinite(synthetic):
        text += f", median √|K|·radius {real:.2f} real and {synthetic:.2f} synthetic"
    if np.isfinite(clamped):
        text += f", {100 * clamped:.0f} % of real features clamped"
    evaluations = frame.run_state.evaluations
    if made := [each for each in comparable(evaluations) if each["step"] <= frame.step]:
        newest = max(made, key=lambda each: each["step"])
        text += f", accuracy {figure_text(newest)} at step {newest['step']}"
        if (control := baseline_of(newest, evaluations)) is not None:
            text += f" ({figure_text(control)} with random real images)"
    if apart := scales_apart([(each.initial, each.edits) for each in (curves, *overlays)]):
        text += f". Losses under different {', '.join(apart)} are not comparable; the centroid gap is, across K and λ"
    return text + "."
