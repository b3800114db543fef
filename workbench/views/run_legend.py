"""The legend of the curves: the runs, by their lines and by the settings in which they differ, and the classes."""

from collections.abc import Sequence
from html import escape

from hdd.knobs.text import to_text
from hdd.runs.overview import differing_knobs
from hdd.settings import Settings
from workbench.core.run_curves import RunCurves

NAMED = 3
"""At most this many settings are told of a run."""
_STROKES = {"solid": "", "dashed": "6 4", "dotted": "2 4", "dashdot": "6 4 2 4", "dotdash": "2 4 6 4"}


def legend_entry(name: str, dash: str = "solid", color: str = "currentColor") -> str:
    """A sample of a line and its name, in HTML."""
    line = f'<line x2="26" y1="6" y2="6" stroke="{color}" stroke-width="2.5" stroke-dasharray="{_STROKES[dash]}"/>'
    sample = f'<svg width="26" height="12" aria-hidden="true">{line}</svg>'
    return f'<span style="margin-right:14px;white-space:nowrap">{sample} {escape(name)}</span>'


def run_labels(runs: Sequence[RunCurves]) -> list[str]:
    """The names of runs, each with its values of the knobs in which they differ, if any.

    For example "pruned (Distilled pruning rate 0 → 0.4)" for a run in which that knob was steered.
    """
    names = differing_knobs(runs)
    labels: list[str] = []
    for run in runs:
        told = [_told(run, name) for name in names[:NAMED]]
        if len(names) > NAMED:
            told.append(f"… {len(names) - NAMED} more")
        labels.append(f"{run.name} ({', '.join(told)})" if told else run.name)
    return labels


def _told(run: RunCurves, name: str) -> str:
    first, now = (to_text(getattr(settings, name)) for settings in (run.initial, run.settings))
    return f"{Settings.knob(name).label} {first if first == now else f'{first} → {now}'}"
