"""The three figures of the curves: the loss, the radii of the features, and what is in percent.

A colour means a quantity or a class, and a dash pattern a run: lines of the run that is shown are solid.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from bokeh.events import Tap
from bokeh.models import ColumnDataSource, ContinuousTicker, HoverTool, Label, Range1d, Span
from bokeh.plotting import figure

from workbench.core.run_curves import GAP, RunCurves, finite_range, smooth
from workbench.theme import EDIT, REAL, SYNTHETIC, class_colors
from workbench.views.accuracy_figure import AccuracyFigure
from workbench.views.accuracy_marks import AccuracyMarks
from workbench.views.canvas_access import CanvasAccess
from workbench.views.columns import put

DASHES = ("dashed", "dotted", "dashdot", "dotdash")
"""The lines of the other runs, in the order in which they were chosen."""
FAINT = 0.3
WHO = ("real", "synthetic")
QUANTILES = (10, 50, 90)


def _source(*names: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in names})


class CurveFigures:
    """Draws the curves of a run, and over them those of others.

    Args:
        classes: the names of the classes.
        tapped: called with the step at which a user clicked.
        zoomed: called when a user has zoomed or moved the step axis.

    Attributes:
        plots: the figures: loss, radius, percent.
        accuracy: the figure of the accuracies alone.
        cursor: marks the step that is shown.
        clamp: marks the clamp in force.
    """

    def __init__(self, classes: list[str], tapped: Callable[[int], None], zoomed: Callable[[], None]) -> None:
        self._names, self._colors = classes, class_colors(len(classes))
        self._tapped = tapped
        self._zoomed = zoomed
        self._total = _source("step", "loss", "low", "high", "smooth")
        self._by_class = _source("xs", "ys", "smooth", "color", "name")
        self._radii = _source("step", *(f"{who}{q}" for who in WHO for q in QUANTILES), "clamped")
        self._smooth = _source("step", *WHO, "clamped")
        self._others = {name: _source("xs", "ys", "color", "dash", "name") for name in ("loss", "radius", "percent")}
        self._edits = _source("step", "what", "level")
        self._steps = Range1d(start=0, end=10)
        self._followed_end = 10.0
        for name in ("start", "end"):
            self._steps.on_change(name, self._moved)
        self._levels = {name: Range1d(start=0.1, end=1) for name in ("linear", "log", "radius")}
        self.cursor = Span(dimension="height", location=0, line_color=SYNTHETIC, line_width=1.5, visible=False)
        self.clamp = Span(dimension="width", location=None, line_color=EDIT, line_dash="dashed", visible=False)
        self._scale: Literal["linear", "log"] = "linear"
        self._accesses: dict[str, CanvasAccess] = {}
        self.plots = [self._loss_figure(), self._radius_figure(), self._percent_figure()]
        levels = Range1d(start=0, end=100)
        self.accuracy = self._plot("accuracy (%)", levels, name="accuracy")
        self._accuracies = AccuracyFigure(self.accuracy, levels, DASHES)

    # The step axis

    @property
    def visible(self) -> tuple[float, float]:
        """The first and last step that are shown."""
        start, end = self._steps.start, self._steps.end
        return float(start), float(end)  # pyright: ignore[reportArgumentType]

    @property
    def is_zoomed(self) -> bool:
        """Whether a user has chosen the steps that are shown; otherwise they follow the run."""
        return self.visible != (0, self._followed_end)

    def _moved(self, name: str, old: float, new: float) -> None:
        if self.is_zoomed:
            self._zoomed()

    def follow(self) -> None:
        """Shows all steps, and follows the run from now on."""
        self._steps.update(start=0, end=self._followed_end)

    def use_scale(self, scale: Literal["linear", "log"]) -> figure:
        """Makes the loss figure anew, because Bokeh cannot change an axis from linear to logarithmic."""
        self._scale = scale
        self.plots[0] = self._loss_figure()
        return self.plots[0]

    # Building

    def _plot(self, label: str, levels: Range1d, **options: Any) -> figure:
        plot = figure(
            x_range=self._steps,
            y_range=levels,
            sizing_mode="stretch_both",
            tools="xpan,xwheel_zoom",
            active_scroll="xwheel_zoom",
            title=None,
            toolbar_location=None,
            min_border_left=46,
            min_border_right=14,
            min_border_bottom=20,
            y_axis_label=label,
            **options,
        )
        plot.yaxis.axis_label_text_font_size = plot.axis.major_label_text_font_size = "11px"
        plot.yaxis.axis_label_text_font_style = "normal"
        plot.axis.minor_tick_line_color = None
        plot.set_select(ContinuousTicker, {"desired_num_ticks": 4})
        plot.add_layout(self.cursor)
        plot.on_event(Tap, self._clicked)
        self._accesses[label] = CanvasAccess(plot, f"Curves of {label} over the steps.")
        return plot

    def say(self, shown: str) -> None:
        """Tells people who do not see the figures what they show."""
        for access in self._accesses.values():
            access.say(shown)

    def _clicked(self, event: Any) -> None:
        # A figure that has no size yet has no coordinates either.
        if np.isfinite(event.x):
            self._tapped(round(event.x))

    def _draw_others(self, plot: figure, name: str) -> None:
        style: dict[str, Any] = {"line_color": "color", "line_dash": {"field": "dash"}, "line_alpha": 0.9}
        lines = plot.multi_line("xs", "ys", source=self._others[name], **style, line_width=1.5)
        plot.add_tools(HoverTool(renderers=[lines], tooltips="@name"))

    def _loss_figure(self) -> figure:
        plot = self._plot("loss", self._levels[self._scale], y_axis_type=self._scale, name=f"loss {self._scale}")
        plot.varea("step", "low", "high", source=self._total, fill_alpha=0.2, fill_color=SYNTHETIC)
        plot.line("step", "loss", source=self._total, line_alpha=FAINT, line_color=SYNTHETIC)
        line = plot.line("step", "smooth", source=self._total, line_width=2, line_color=SYNTHETIC)
        plot.multi_line("xs", "ys", source=self._by_class, line_color="color", line_alpha=FAINT)
        classes = plot.multi_line("xs", "smooth", source=self._by_class, line_color="color", line_width=1.5)
        self._draw_others(plot, "loss")
        marks = plot.scatter("step", "level", source=self._edits, marker="diamond", size=10, color=EDIT)
        plot.add_tools(
            HoverTool(renderers=[line], tooltips=[("step", "@step"), ("loss", "@loss{0.0000}")], mode="vline"),
            HoverTool(renderers=[classes], tooltips="@name"),
            HoverTool(renderers=[marks], tooltips=[("step", "@step"), ("edit", "@what")]),
        )
        return plot

    def _radius_figure(self) -> figure:
        plot = self._plot("√|K|·radius", self._levels["radius"], name="radius")
        lines = []
        for who, color, level in (("real", REAL, 2), ("synthetic", SYNTHETIC, 16)):
            plot.varea("step", f"{who}10", f"{who}90", source=self._radii, fill_alpha=0.2, fill_color=color)
            lines.append(plot.line("step", f"{who}50", source=self._radii, line_color=color, line_alpha=FAINT))
            plot.line("step", who, source=self._smooth, line_color=color, line_width=2)
            _name(plot, level, "screen", who, color)
        self._draw_others(plot, "radius")
        plot.add_layout(self.clamp)
        tips = [(who, f"@{who}10{{0.00}} … @{who}90{{0.00}}") for who in WHO]
        plot.add_tools(HoverTool(renderers=[lines[0]], tooltips=[("step", "@step"), *tips], mode="vline"))
        return plot

    def _percent_figure(self) -> figure:
        plot = self._plot("share (%)", Range1d(start=-3, end=103), name="percent")
        clamped = plot.line("step", "clamped", source=self._radii, line_color=REAL, line_alpha=FAINT)
        plot.line("step", "clamped", source=self._smooth, line_color=REAL, line_width=2)
        self._accuracy = AccuracyMarks(plot)
        self._draw_others(plot, "percent")
        _name(plot, 55, "data", "clamped", REAL)
        _name(plot, 40, "data", "accuracy ± sd", SYNTHETIC)
        tips = [("step", "@step"), ("clamped", "@clamped{0.0} %")]
        plot.add_tools(HoverTool(renderers=[clamped], tooltips=tips, mode="vline"))
        return plot

    # Drawing

    def draw(self, own: RunCurves, others: Sequence[RunCurves], what: str, weight: float) -> None:
        """Draws the curves.

        Args:
            own: the run that is shown.
            others: the runs over it.
            what: "total" for the loss, or a column of the metrics to show by class.
            weight: of the smoothing, see `workbench.core.run_curves.smooth`.
        """
        span = max([own.newest, *(other.newest for other in others)])
        if not self.is_zoomed:
            self._followed_end = max(10, 1.02 * span)
            self.follow()

        def smoothed(curves: RunCurves, values: np.ndarray) -> np.ndarray:
            return smooth(values, curves.step, weight, span)

        self._draw_loss(own, others, what, smoothed)
        self._draw_radii(own, others, smoothed)
        self._accuracy.draw(own.evaluations, others)
        self._accuracies.draw(own, others)
        self._draw_edits(own)

    def _draw_loss(
        self, own: RunCurves, others: Sequence[RunCurves], what: str, smoothed: Callable[[RunCurves, np.ndarray], Any]
    ) -> None:
        columns, total = own.columns, what == "total"
        loss = columns["loss"] if total else np.full(len(own.step), np.nan)
        low, high = (columns["loss_low"], columns["loss_high"]) if total else (loss, loss)
        smooth_loss = smoothed(own, loss)
        put(self._total, {"step": own.step, "loss": loss, "low": low, "high": high, "smooth": smooth_loss})
        values = np.zeros((len(own.step), 0)) if total else own.by_class(what)
        count = values.shape[1]
        by_class = {
            "xs": [own.step] * count,
            "ys": list(values.T),
            "smooth": list(smoothed(own, values).T),
            "color": self._colors[:count],
            "name": self._names[:count],
        }
        put(self._by_class, by_class)
        lines = []
        for place, other in enumerate(others):
            found = smoothed(other, other.columns["loss"][:, None] if total else other.by_class(what))
            for label, ys in enumerate(found.T):
                color = SYNTHETIC if total else self._colors[label % len(self._colors)]
                name = other.name if total else f"{other.name}: {(*self._names, '')[min(label, len(self._names))]}"
                lines.append((other.step, ys, color, DASHES[place % len(DASHES)], name))
        self._put_lines("loss", lines)
        self.plots[0].yaxis.axis_label = "gap (1/√|K|)" if what == GAP else "loss"
        bounds = [(own.step, low), (own.step, high)] if total else [(own.step, values)]
        lowest, highest = finite_range([*bounds, *((xs, ys) for xs, ys, *_ in lines)], *self.visible)
        room = 0.08 * (highest - lowest) or 0.1 * abs(highest) or 1
        self._levels["linear"].update(start=lowest - room, end=highest + room)
        lowest = max(lowest, 1e-12)
        self._levels["log"].update(start=lowest * 0.8, end=max(highest, lowest * 1.1) * 1.25)

    def _draw_radii(
        self, own: RunCurves, others: Sequence[RunCurves], smoothed: Callable[[RunCurves, np.ndarray], Any]
    ) -> None:
        mean = {f"{who}{q}": own.mean(f"{who}_radius_q{q}") for who in WHO for q in QUANTILES}
        clamped = 100 * own.mean("real_clamped")
        put(self._radii, {"step": own.step, **mean, "clamped": clamped})
        medians = {who: smoothed(own, mean[f"{who}50"]) for who in WHO}
        put(self._smooth, {"step": own.step, **medians, "clamped": smoothed(own, clamped)})
        radii, percents = [], []
        for place, other in enumerate(others):
            dash = DASHES[place % len(DASHES)]
            for who, color in zip(WHO, (REAL, SYNTHETIC), strict=True):
                median = smoothed(other, other.mean(f"{who}_radius_q50"))
                radii.append((other.step, median, color, dash, f"{other.name}: {who}"))
            share = 100 * smoothed(other, other.mean("real_clamped"))
            percents.append((other.step, share, REAL, dash, f"{other.name}: clamped"))
        self._put_lines("radius", radii)
        self._put_lines("percent", percents)
        outer = [(own.step, mean[f"{who}90"]) for who in WHO]
        _, farthest = finite_range([*outer, *((xs, ys) for xs, ys, *_ in radii)], *self.visible)
        self._levels["radius"].update(start=0, end=1.15 * farthest or 1)

    def _put_lines(self, name: str, lines: list[tuple[np.ndarray, np.ndarray, str, str, str]]) -> None:
        columns = list(zip(*lines, strict=True)) or [()] * 5
        names = ("xs", "ys", "color", "dash", "name")
        put(self._others[name], {key: list(column) for key, column in zip(names, columns, strict=True)})

    def _draw_edits(self, own: RunCurves) -> None:
        # The marks lie along the lower edge of the figure, wherever its axis begins.
        shown: Any = self._levels[self._scale]
        level = shown.start * 1.06 if self._scale == "log" else shown.start + 0.03 * (shown.end - shown.start)
        whats = [
            f"{edit.name}: {edit.old} → {edit.value}{f' ({edit.note})' if edit.note else ''}" for edit in own.edits
        ]
        steps = [edit.step for edit in own.edits]
        put(self._edits, {"step": steps, "what": whats, "level": [level] * len(steps)})


def _name(plot: figure, level: float, units: Literal["data", "screen"], text: str, color: str) -> None:
    """Writes the name of a line in its colour. A legend would cover too much of such a small figure."""
    plot.add_layout(
        Label(x=6, x_units="screen", y=level, y_units=units, text=text, text_color=color, text_font_size="12px")
    )
