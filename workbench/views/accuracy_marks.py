"""The evaluations of runs as points of a figure in percent, with the baseline as a line."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from bokeh.models import ColumnDataSource, HoverTool, Label, Span
from bokeh.plotting import figure

from hdd.protocol import baseline_of, comparable
from workbench.core.evaluations import NAMES, newest_baseline, result_text
from workbench.core.run_curves import RunCurves
from workbench.theme import SYNTHETIC
from workbench.views.columns import put

COLUMNS = ("step", "mean", "low", "high", "what")
MARKERS = ("square", "triangle", "diamond", "inverted_triangle")
"""The marks of the other runs, in the order in which they were chosen."""


class AccuracyMarks:
    """Points with bars of one standard deviation, and a dotted line for random real images.

    Args:
        plot: the figure, whose axes are steps and percent.
    """

    def __init__(self, plot: figure) -> None:
        self._source = ColumnDataSource({name: [] for name in COLUMNS})
        self._line = Span(dimension="width", location=0, line_color=SYNTHETIC, line_dash="dotted", visible=False)
        small: dict[str, Any] = {"text_color": SYNTHETIC, "text_font_size": "11px", "visible": False}
        self._name = Label(x=6, x_units="screen", y=0, text="random real", **small)
        plot.segment("step", "low", "step", "high", source=self._source, line_color=SYNTHETIC, line_width=2)
        points = plot.scatter("step", "mean", source=self._source, size=8, color=SYNTHETIC)
        plot.add_layout(self._line)
        plot.add_layout(self._name)
        self._others = ColumnDataSource({name: [] for name in (*COLUMNS, "marker")})
        plot.segment("step", "low", "step", "high", source=self._others, line_color=SYNTHETIC, line_width=2)
        look: dict[str, Any] = {"marker": {"field": "marker"}, "line_color": SYNTHETIC, "fill_color": "white"}
        hollow = plot.scatter("step", "mean", source=self._others, size=8, **look)
        plot.add_tools(HoverTool(renderers=[points, hollow], tooltips="@what"))

    def draw(self, evaluations: Sequence[dict[str, Any]], others: Sequence[RunCurves]) -> None:
        """Draws the evaluations of a run under the newest protocol, the baseline under it, and those of other runs."""
        rows: list[tuple] = []
        shown = comparable(evaluations)
        for evaluation in shown:
            values = 100 * np.array(evaluation["accuracies"])
            # One network has no spread, and so no bar.
            spread = values.std(ddof=1) if len(values) > 1 else 0.0
            what = result_text(evaluation) + (f", {len(values)} networks" if len(values) > 1 else "")
            rows.append((evaluation["step"], values.mean(), values.mean() - spread, values.mean() + spread, what))
        put(self._source, {name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)})
        control = baseline_of(shown[-1], evaluations) if shown else newest_baseline(evaluations, NAMES[0])
        level = 0.0 if control is None else 100 * float(np.mean(control["accuracies"]))
        self._line.update(location=level, visible=control is not None)
        # The name stands on that side of the line on which there is more room.
        self._name.update(y=level, visible=control is not None, text_baseline="top" if level > 50 else "bottom")
        # Accuracies under another protocol than that of the run itself would only look comparable.
        self._draw_others(others, shown[-1] if shown else None)

    def _draw_others(self, others: Sequence[RunCurves], like: Mapping[str, Any] | None) -> None:
        rows = []
        for other, marker in zip(others, MARKERS, strict=False):
            for each in other.accuracies(like):
                mean, spread = 100 * each.mean, 100 * (each.spread or 0.0)
                what = f"{other.name}: {each}, {each.protocol} protocol"
                rows.append((each.step, mean, mean - spread, mean + spread, what, marker))
        put(self._others, {name: [row[i] for row in rows] for i, name in enumerate((*COLUMNS, "marker"))})
