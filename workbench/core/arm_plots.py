"""What the small multiples of a study show: a plot for each row of its table, all with the same axes.

Accuracies are in percent. Where a study evaluates several steps, they are drawn over the steps, and otherwise seed
beside seed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hdd.study.report import accuracy_text
from hdd.study.results import CellResult
from hdd.study.statistics import Sample
from hdd.study.table import Row, StudyTable

STEP_TICKS, SEED_TICKS, ACCURACY_TICKS = 3, 8, 5
"""How many distances between ticks an axis has at most."""
ROOM = 0.08
"""How much of its span an axis has at both ends beside what is drawn."""

Band = tuple[float, float, float, float]
"""Where on the axis, the mean over the seeds, and the mean less and plus one standard deviation."""


@dataclass(frozen=True)
class RunMark:
    """A run in the plot of its arm.

    Attributes:
        run: path from the folder of the runs, by which the page shows it; "" before it is begun.
        seed: as a text.
        state: "waiting", "begun", "done" or "failed".
        about: what it is and has found, in words.
        points: (where on the axis, accuracy).
    """

    run: str
    seed: str
    state: str
    about: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ArmPlot:
    """The plot of a row.

    Attributes:
        label: of the row.
        about: its mean ± sd in words.
        run: the run that stands for all of them, "" before there is one; as `RunMark.run`.
        runs: one for each seed; if the value of a knob is still to be chosen, also for each value.
        mean: over the seeds.
        control: (where, mean) of the control; empty for the control itself.
    """

    label: str
    about: str
    run: str
    runs: tuple[RunMark, ...]
    mean: tuple[Band, ...]
    control: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Axis:
    """An axis that all plots share.

    Attributes:
        label: what it shows.
        start, end: its range.
        ticks: (where, text).
    """

    label: str
    start: float
    end: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class ArmPlots:
    """The plots in the order of the table, and their axes."""

    plots: tuple[ArmPlot, ...]
    x: Axis
    y: Axis


def first_run(results: Sequence[CellResult], prefix: str) -> str:
    """The run that stands for several: the first that is begun, as `RunMark.run`."""
    return next((prefix + result.cell.run_name for result in results if result.is_begun), "")


def row_results(row: Row) -> list[CellResult]:
    """The results that stand for a row; while the value of a knob is still to be chosen, those of all values."""
    if len(row.candidates) > 1 and row.chosen:
        return [result for result, _ in row.chosen]
    return [result for candidate in row.candidates for result in candidate.results]


def make_plots(table: StudyTable, prefix: str = "") -> ArmPlots:
    """The plots of a study.

    Args:
        table: what was found so far.
        prefix: path from the folder of the runs to that of the study, with a slash at its end; "" if they are the same.
    """
    rows = {row.label: row for row in table.rows}
    seeds = {seed: place for place, seed in enumerate(table.study.seeds)}
    over_steps = len(table.study.steps) > 1
    x = _step_axis(table.study.steps) if over_steps else _seed_axis(table.study.seeds)
    plots: list[ArmPlot] = []
    for row in table.rows:
        results = row_results(row)
        marks = [_mark(each, None if over_steps else seeds[each.cell.seed], prefix) for each in results]
        control = _band(table, rows[row.control], x) if row.control else ()
        about = "" if row.accuracy is None else f"{accuracy_text(row.accuracy)} %"
        plots.append(
            ArmPlot(
                row.label,
                about,
                first_run(results, prefix),
                tuple(marks),
                _band(table, row, x),
                tuple((where, mean) for where, mean, *_ in control),
            )
        )
    return ArmPlots(tuple(plots), x, _accuracy_axis(plots))


def _mark(result: CellResult, place: int | None, prefix: str) -> RunMark:
    """A run, over the steps or at the place of its seed."""
    if place is None:
        points = tuple((float(step), 100 * value) for step, value in sorted(result.accuracies.items()))
    else:
        points = () if result.last is None else ((float(place), 100 * result.last),)
    state = "failed" if result.problem else "done" if result.is_done else "begun" if result.is_begun else "waiting"
    what = {
        "failed": result.problem,
        "done": f"{100 * (result.last or 0.0):.1f} %",
        "begun": f"step {result.step} of {result.cell.settings.steps}",
        "waiting": "not begun",
    }[state]
    run = prefix + result.cell.run_name if result.is_begun else ""
    return RunMark(run, str(result.cell.seed), state, f"{result.cell.label}: {what}", points)


def _band(table: StudyTable, row: Row, x: Axis) -> tuple[Band, ...]:
    """Mean ± sd over the steps; or of the last step, across the whole axis."""
    if len(table.study.steps) > 1:
        known = [(float(step), row.accuracy_at(step)) for step in table.study.steps]
    else:
        known = [(x.start, row.accuracy), (x.end, row.accuracy)]
    return tuple(_at(where, sample) for where, sample in known if sample is not None)


def _at(where: float, sample: Sample) -> Band:
    mean, spread = 100 * sample.mean, 100 * (sample.sd or 0.0)
    return where, mean, mean - spread, mean + spread


def _step_axis(steps: Sequence[int]) -> Axis:
    start, end = _with_room(steps[0], steps[-1])
    whole = [at for at in round_numbers(steps[0], steps[-1], STEP_TICKS) if at == round(at)]
    return Axis("step", start, end, tuple((at, f"{at:.0f}") for at in whole))


def _seed_axis(seeds: Sequence[int]) -> Axis:
    every = math.ceil(len(seeds) / SEED_TICKS)
    ticks = tuple((float(place), str(seed)) for place, seed in enumerate(seeds) if place % every == 0)
    return Axis("seed", -0.5, len(seeds) - 0.5, ticks)


def _accuracy_axis(plots: Sequence[ArmPlot]) -> Axis:
    values = [value for plot in plots for mark in plot.runs for _, value in mark.points]
    values += [value for plot in plots for _, *band in plot.mean for value in band]
    start, end = _with_room(min(values), max(values)) if values else (0.0, 100.0)
    return Axis("accuracy (%)", start, end, tuple((at, f"{at:g}") for at in round_numbers(start, end, ACCURACY_TICKS)))


def _with_room(low: float, high: float) -> tuple[float, float]:
    room = ROOM * (high - low) or 1.0
    return low - room, high + room


def round_numbers(low: float, high: float, count: int) -> list[float]:
    """Round numbers at equal distances within a range with low < high, with at most `count` distances between them.

    >>> round_numbers(0, 100, 5), round_numbers(61.3, 62.4, 3)
    ([0.0, 20.0, 40.0, 60.0, 80.0, 100.0], [61.5, 62.0])
    """
    unit = 10.0 ** math.floor(math.log10((high - low) / count))
    step = next(unit * factor for factor in (1, 2, 5, 10) if (high - low) / (unit * factor) <= count)
    return [round(step * place, 9) for place in range(math.ceil(low / step), math.floor(high / step) + 1)]
