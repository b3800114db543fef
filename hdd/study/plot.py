"""Draws the accuracies of a study: over the steps, or as one point for each row. Imports matplotlib."""

from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hdd.files import replace_file
from hdd.study.statistics import LEVEL, Sample
from hdd.study.table import StudyTable

MARKERS = "osD^vP*X<>"


def save_plot(table: StudyTable, path: Path) -> bool:
    """Writes an SVG whose bytes depend on the table alone; returns False, and writes nothing, if nothing is known yet.

    If several steps were evaluated, it shows mean accuracy over steps with one line for each row. Otherwise it shows
    for each row the accuracies of its seeds and their mean, and beside them the differences to the control. Random real
    images have no difference there, since it is so large that the others could not be told apart.

    Bars of accuracies are one standard deviation over the seeds, and those of differences their intervals.
    """
    if not any(row.chosen for row in table.rows):
        return False
    over_steps = len(table.study.steps) > 1
    height = 4.5 if over_steps else 1.2 + 0.35 * len(table.rows)
    figure = Figure(figsize=(9, height), layout="constrained", facecolor="white")
    if over_steps:
        _draw_lines(table, figure.subplots())
    else:
        accuracy, difference = figure.subplots(1, 2, sharey=True)
        _draw_points(table, accuracy)
        _draw_differences(table, difference)
    if table.study.title:
        figure.suptitle(table.study.title, parse_math=False, fontsize=10)
    with replace_file(path) as partial, matplotlib.rc_context({"svg.hashsalt": "hdd study", "svg.fonttype": "none"}):
        figure.savefig(partial, format="svg", metadata={"Date": None})
    return True


def _percent(sample: Sample) -> tuple[float, float]:
    return 100 * sample.mean, 100 * (sample.sd or 0.0)


def _draw_lines(table: StudyTable, axes: Axes) -> None:
    for place, row in enumerate(table.rows):
        known = [(step, sample) for step in table.study.steps if (sample := row.accuracy_at(step)) is not None]
        if known:
            steps, samples = zip(*known, strict=True)
            means, spreads = zip(*map(_percent, samples), strict=True)
            marker = MARKERS[place % len(MARKERS)]
            axes.errorbar(steps, means, spreads, marker=marker, markersize=4, linewidth=1.2, capsize=2, label=row.label)
    axes.set(xlabel="step", ylabel="test accuracy (%), mean ± sd over seeds")
    legend = axes.legend(fontsize=8, frameon=False)
    for text in legend.get_texts():
        text.set_parse_math(False)


def _draw_points(table: StudyTable, axes: Axes) -> None:
    for place, row in enumerate(table.rows):
        if row.accuracy is not None:
            values = [100 * value for value in row.accuracy.values]
            axes.plot(values, [place] * len(values), "o", color="0.7", markersize=4)
            mean, spread = _percent(row.accuracy)
            axes.errorbar([mean], [place], xerr=[spread], marker="D", color="C0", markersize=5, capsize=3)
    axes.set_yticks(range(len(table.rows)), [row.label for row in table.rows], parse_math=False)
    axes.set_ylim(len(table.rows) - 0.5, -0.5)
    axes.set(xlabel="test accuracy (%): seeds, mean ± sd")


def _draw_differences(table: StudyTable, axes: Axes) -> None:
    axes.axvline(0, color="0.8", linewidth=0.8, zorder=0)
    for place, row in enumerate(table.rows):
        if row.difference is not None and not row.candidates[0].variant.arm.is_baseline:
            half = 100 * (row.difference.half_width or 0.0)
            axes.errorbar([100 * row.difference.mean], [place], xerr=[half], marker="D", color="C1", capsize=3)
    label = f"difference to {table.study.control} (points), {100 * LEVEL:.0f} % interval"
    axes.set_xlabel(label, parse_math=False)
