"""The accuracies of several runs over their steps, in one figure with an axis of their own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, Range1d
from bokeh.plotting import figure

from hdd.protocol import comparable
from workbench.core.run_curves import RunCurves
from workbench.theme import SYNTHETIC
from workbench.views.accuracy_marks import MARKERS
from workbench.views.columns import put

OWN = "circle"
"""The marks of the run that is shown, which are filled."""
COLUMNS = ("step", "mean", "low", "high", "what", "marker", "fill")


class AccuracyFigure:
    """A line for each run through its accuracies, which have bars of one standard deviation.

    Args:
        plot: an empty figure, whose axes are steps and percent.
        levels: its vertical range, which is fitted to what is drawn.
        dashes: the lines of the other runs, which have the marks `MARKERS`.
    """

    def __init__(self, plot: figure, levels: Range1d, dashes: Sequence[str]) -> None:
        self._levels, self._dashes, self._markers = levels, ("solid", *dashes), (OWN, *MARKERS)
        self._lines = ColumnDataSource({"xs": [], "ys": [], "dash": []})
        self._points = ColumnDataSource({name: [] for name in COLUMNS})
        line: dict[str, Any] = {"line_color": SYNTHETIC, "line_dash": {"field": "dash"}}
        plot.multi_line("xs", "ys", source=self._lines, line_width=1.5, **line)
        plot.segment("step", "low", "step", "high", source=self._points, line_color=SYNTHETIC, line_width=1.5)
        look: dict[str, Any] = {"marker": {"field": "marker"}, "line_color": SYNTHETIC, "fill_color": "fill"}
        points = plot.scatter("step", "mean", source=self._points, size=8, **look)
        plot.add_tools(HoverTool(renderers=[points], tooltips="@what"))

    def draw(self, own: RunCurves, others: Sequence[RunCurves]) -> None:
        """Draws the evaluations of the runs under one protocol: the newest of the run that is shown.

        Accuracies under another protocol would only look comparable. If the run that is shown has none, the protocol is
        the newest of the first run that has one.
        """
        like = next((found[-1] for run in (own, *others) if (found := comparable(run.evaluations))), None)
        rows: list[tuple[Any, ...]] = []
        lines: list[tuple[list[int], list[float], str]] = []
        for run, dash, marker in zip((own, *others), self._dashes, self._markers, strict=False):
            found = sorted(run.accuracies(like), key=lambda each: each.step) if like else []
            lines.append(([each.step for each in found], [100 * each.mean for each in found], dash))
            for each in found:
                mean, spread = 100 * each.mean, 100 * (each.spread or 0.0)
                what, fill = f"{run.name}: {each}, {each.protocol} protocol", SYNTHETIC if marker == OWN else "white"
                rows.append((each.step, mean, mean - spread, mean + spread, what, marker, fill))
        put(self._points, {name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)})
        put(self._lines, {name: [line[i] for line in lines] for i, name in enumerate(("xs", "ys", "dash"))})
        low, high = (np.array([row[column] for row in rows] or [end]) for column, end in ((2, 0.0), (3, 100.0)))
        room = 0.08 * (high.max() - low.min()) or 1.0
        self._levels.update(start=low.min() - room, end=high.max() + room)
