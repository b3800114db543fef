"""The curves of a run over its steps: loss, radii of the features, and accuracy."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, ContinuousTicker, HoverTool, Label, Range1d, Span
from bokeh.plotting import figure

from workbench.component import SourceComponent
from workbench.core.comparable import changed_scales, curvature_at
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.run_names import run_names as names_of_runs
from workbench.session import Session
from workbench.theme import EDIT, REAL, SMALL_CHOICE, SYNTHETIC, Text, class_colors
from workbench.views.curve_summary import curve_summary
from workbench.views.run_overlay import Overlay, read_overlay

LOSSES = {"total loss": "total", "loss by class": "loss", "centroid gap by class": "centroid_distance"}

MEANS = ("real_clamped", *(f"{who}_radius_q{q}" for who in ("real", "synthetic") for q in (10, 50, 90)))
"""Columns of the run's metrics whose mean over the classes is drawn."""


def _pane(plot: figure) -> pn.pane.Bokeh:
    return pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=120)


def _name(plot: figure, left: int, level: float, units: Literal["data", "screen"], text: str, color: str) -> None:
    """Writes the name of a line in its colour. A legend would cover too much of such a small figure."""
    plot.add_layout(
        Label(x=left, x_units="screen", y=level, y_units=units, text=text, text_color=color, text_font_size="11px")
    )


def _source(*names: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in names})


def _by_class(columns: dict[str, Any], name: str) -> np.ndarray:
    """The values (rows, C) of a column of the metrics by class; NaN where the run did not record it."""
    return columns["classes"].get(name, np.full((len(columns["step"]), 1), np.nan))


class Curves(SourceComponent):
    """Three figures with the same step axis: the loss, the radii, and in percent the clamped features and the accuracy.

    Args:
        shown: see `SourceComponent`.
        run_names: lists the runs whose losses can be drawn over this one's; None lists those in the run's folder.
    """

    needs_run = True

    def __init__(self, shown: Session | Shown, run_names: Callable[[], list[str]] | None = None) -> None:
        super().__init__(shown)
        session = self._session
        self._run_names = run_names or partial(names_of_runs, session.run_source.run.path.parent)
        self._version: tuple | None = None
        self._shows_gap = False
        self._mean: dict[str, np.ndarray] = {}
        self._overlays: Sequence[Overlay] = ()
        self._colors = class_colors(len(session.source.classes))
        self._total = _source("step", "loss", "low", "high")
        self._by_class = ColumnDataSource({"xs": [], "ys": [], "color": [], "name": []})
        self._others = ColumnDataSource({"xs": [], "ys": [], "name": [], "end": [], "loss": []})
        self._radii = _source(
            "step", "real10", "real50", "real90", "synthetic10", "synthetic50", "synthetic90", "clamped"
        )
        self._accuracy = _source("step", "mean", "low", "high", "what")
        self._edits = _source("step", "what", "level")
        self._steps = Range1d(start=0, end=10)
        self._steps_end = 10.0
        self._levels = {name: Range1d(start=0.1, end=1) for name in ("linear", "log", "radius")}
        self._cursor = Span(dimension="height", location=0, line_color=SYNTHETIC, line_width=1.5, visible=False)
        self._clamp = Span(dimension="width", location=None, line_color=EDIT, line_dash="dashed", visible=False)
        self._loss_plot = self._loss_figure("linear")
        plots = [self._loss_plot, self._radius_figure(), self._percent_figure()]
        self._what = pmui.Select(label="Curve", options=LOSSES, value="total", size="small", width=170, margin=(4, 8))
        self._log = pmui.Switch(label="log axis", value=False, margin=(8, 4))
        self._what.param.watch(lambda _: session.refresh(), "value")
        self._log.param.watch(lambda event: self._swap(event.new), "value")
        self._row = pmui.Row(*map(_pane, plots), sizing_mode="stretch_both", margin=0)
        self._summary = Text("", variant="caption", margin=(2, 10))
        self._compare = pmui.MultiChoice(
            label="Overlay runs",
            options=[],
            value=[],
            sizing_mode="stretch_width",
            max_width=400,
            margin=(4, 8),
            sx=SMALL_CHOICE,
        )
        self._compare.param.watch(self._overlay, "value")
        self._panel = pmui.Column(
            pmui.Row(self._what, self._log, self._compare, sizing_mode="stretch_width"),
            self._row,
            self._summary,
            sizing_mode="stretch_both",
        )

    def _offer_others(self) -> None:
        """Offers the other runs of the folder as overlays."""
        others = [name for name in self._run_names() if name != self._session.run_source.run.path.name]
        if others != self._compare.options:
            self._compare.param.update(options=others, value=[name for name in self._compare.value if name in others])

    async def _overlay(self, event: Any) -> None:
        folder = self._session.run_source.run.path.parent
        found = [await asyncio.to_thread(read_overlay, folder / name) for name in event.new]
        self._overlays = [overlay for overlay in found if overlay is not None]
        self._session.refresh()

    def _swap(self, log: bool) -> None:
        """Replaces the loss figure, because Bokeh cannot change an axis from linear to logarithmic."""
        self._loss_plot = self._loss_figure("log" if log else "linear")
        self._row[0] = _pane(self._loss_plot)
        self._session.refresh()

    def _plot(self, label: str, levels: Range1d, **options: Any) -> figure:
        plot = figure(
            x_range=self._steps,
            y_range=levels,
            sizing_mode="stretch_both",
            tools="xpan,xwheel_zoom,reset",
            active_scroll="xwheel_zoom",
            title=None,
            toolbar_location=None,
            min_border_left=56,
            min_border_right=14,
            min_border_bottom=20,
            y_axis_label=label,
            **options,
        )
        plot.yaxis.axis_label_text_font_size = plot.axis.major_label_text_font_size = "11px"
        plot.yaxis.axis_label_text_font_style = "normal"
        plot.axis.minor_tick_line_color = None
        plot.set_select(ContinuousTicker, {"desired_num_ticks": 4})
        plot.add_layout(self._cursor)
        return plot

    def _loss_figure(self, scale: str) -> figure:
        plot = self._plot("loss", self._levels[scale], y_axis_type=scale, name=f"loss {scale}")
        others = plot.multi_line("xs", "ys", source=self._others, line_color=REAL, line_dash="dashed", name="others")
        names: dict[str, Any] = {
            "text_font_size": "10px",
            "text_color": REAL,
            "text_align": "right",
            "text_baseline": "bottom",
        }
        plot.text("end", "loss", "name", source=self._others, **names)
        plot.varea("step", "low", "high", source=self._total, fill_alpha=0.25, fill_color=SYNTHETIC)
        line = plot.line("step", "loss", source=self._total, line_width=2, line_color=SYNTHETIC)
        classes = plot.multi_line("xs", "ys", source=self._by_class, line_color="color", line_width=1.5)
        marks = plot.scatter("step", "level", source=self._edits, marker="diamond", size=10, color=EDIT)
        plot.add_tools(
            HoverTool(renderers=[line], tooltips=[("step", "@step"), ("loss", "@loss{0.0000}")], mode="vline"),
            HoverTool(renderers=[classes], tooltips="@name"),
            HoverTool(renderers=[marks], tooltips=[("step", "@step"), ("edit", "@what")]),
            HoverTool(renderers=[others], tooltips="@name"),
        )
        return plot

    def _radius_figure(self) -> figure:
        plot = self._plot("√|K|·radius", self._levels["radius"], name="radius")
        lines = []
        for who, color, left in (("real", REAL, 6), ("synthetic", SYNTHETIC, 36)):
            plot.varea("step", f"{who}10", f"{who}90", source=self._radii, fill_alpha=0.2, fill_color=color)
            lines.append(plot.line("step", f"{who}50", source=self._radii, line_color=color, line_width=2))
            _name(plot, left, 2, "screen", who, color)
        plot.add_layout(self._clamp)
        tips = [(who, f"@{who}10{{0.00}} … @{who}90{{0.00}}") for who in ("real", "synthetic")]
        plot.add_tools(HoverTool(renderers=[lines[0]], tooltips=[("step", "@step"), *tips], mode="vline"))
        return plot

    def _percent_figure(self) -> figure:
        plot = self._plot("share (%)", Range1d(start=-3, end=103), name="percent")
        clamped = plot.line("step", "clamped", source=self._radii, line_color=REAL, line_width=2)
        plot.segment("step", "low", "step", "high", source=self._accuracy, line_color=SYNTHETIC, line_width=2)
        points = plot.scatter("step", "mean", source=self._accuracy, size=8, color=SYNTHETIC)
        _name(plot, 6, 50, "data", "clamped", REAL)
        _name(plot, 58, 50, "data", "accuracy ± sd", SYNTHETIC)
        plot.add_tools(
            HoverTool(renderers=[points], tooltips="@what"),
            HoverTool(renderers=[clamped], tooltips=[("step", "@step"), ("clamped", "@clamped{0.0} %")], mode="vline"),
        )
        return plot

    def update(self, frame: Frame) -> None:
        """Shows the curves of a frame."""
        self._offer_others()
        self._cursor.update(location=frame.step, visible=not frame.live)
        clamp = frame.run_settings.clamp
        self._clamp.location, self._clamp.visible = clamp or 0, clamp is not None
        columns = frame.run_state.columns
        if not self._shows_gap and "curvature" in changed_scales(frame.run_state.steered):
            self._shows_gap, self._what.value = True, "centroid_distance"
        state, chosen = frame.run_state, (self._what.value, self._log.value, id(self._overlays))
        version = (id(columns), len(state.evaluations), len(state.edits), chosen)
        if columns and version != self._version:
            self._version = version
            self._draw(frame)
        if columns:
            self._summary.object = curve_summary(frame, self._mean)

    def _draw(self, frame: Frame) -> None:
        columns = frame.run_state.columns
        step = columns["step"]
        mean = {name: _by_class(columns, name).mean(1) for name in MEANS}
        what = self._what.value
        by_class = what != "total"
        loss = np.full(len(step), np.nan) if by_class else columns["loss"]
        self._total.data = {
            "step": step,
            "loss": loss,
            "low": loss if by_class else columns["loss_low"],
            "high": loss if by_class else columns["loss_high"],
        }
        values = _by_class(columns, what) if by_class else np.zeros((len(step), 0))
        if what == "centroid_distance":
            # In units of 1/√|K|, as on the disk, so that steps under different K can be compared.
            initial = self._session.run_source.initial_settings.curvature
            values = values * np.sqrt(-curvature_at(step, frame.run_state.steered, initial))[:, None]
        self._loss_plot.yaxis.axis_label = "gap (1/√|K|)" if what == "centroid_distance" else "loss"
        lines = list(values.T)
        self._by_class.data = {
            "xs": [step] * len(lines),
            "ys": lines,
            "color": self._colors[: len(lines)],
            "name": self._session.source.classes[: len(lines)],
        }
        others = [] if by_class else [other for other in self._overlays if len(other.step)]
        self._others.data = {
            "xs": [other.step for other in others],
            "ys": [other.loss for other in others],
            "name": [other.name for other in others],
            "end": [other.step[-1] for other in others],
            "loss": [other.loss[-1] for other in others],
        }
        self._radii.data = {
            "step": step,
            **{f"{who}{q}": mean[f"{who}_radius_q{q}"] for who in ("real", "synthetic") for q in (10, 50, 90)},
            "clamped": 100 * mean["real_clamped"],
        }
        self._draw_accuracy(frame)
        bounds = lines if by_class else [columns["loss_low"], columns["loss_high"], *(other.loss for other in others)]
        self._set_ranges(max([frame.state.step, *(int(other.step[-1]) for other in others)]), bounds, mean)
        self._mean = mean
        self._draw_edits(frame)

    def _draw_accuracy(self, frame: Frame) -> None:
        rows = []
        for evaluation in frame.run_state.evaluations:
            values = 100 * np.array(evaluation["accuracies"])
            spread = values.std(ddof=1) if len(values) > 1 else 0.0
            what = f"{values.mean():.1f} ± {spread:.1f} % at step {evaluation['step']}, "
            what += f"{len(values)} networks, {evaluation['protocol']['name']} protocol"
            rows.append((evaluation["step"], values.mean(), values.mean() - spread, values.mean() + spread, what))
        names = ("step", "mean", "low", "high", "what")
        self._accuracy.data = {name: [row[i] for row in rows] for i, name in enumerate(names)}

    def _set_ranges(self, step: int, losses: list[np.ndarray], mean: dict[str, np.ndarray]) -> None:
        # A user who has zoomed keeps the range that they chose.
        if self._steps.end == self._steps_end:
            self._steps.end = self._steps_end = max(10, 1.02 * step)
        values = np.concatenate([np.ravel(loss) for loss in losses])
        values = values[np.isfinite(values)]
        if not values.size:
            return
        low, high = float(values.min()), float(values.max())
        room = 0.08 * (high - low) or 0.1 * abs(high) or 1
        self._levels["linear"].update(start=low - room, end=high + room)
        lowest = max(low, 1e-12)
        self._levels["log"].update(start=lowest * 0.8, end=max(high, lowest * 1.1) * 1.25)
        radii = np.concatenate([mean[f"{who}_radius_q90"] for who in ("real", "synthetic")])
        farthest = float(radii.max(initial=0, where=np.isfinite(radii)))
        self._levels["radius"].update(start=0, end=1.15 * farthest or 1)

    def _draw_edits(self, frame: Frame) -> None:
        # The marks lie along the lower edge of the figure, wherever its axis begins.
        shown: Any = self._levels["log" if self._log.value else "linear"]
        level = shown.start * 1.06 if self._log.value else shown.start + 0.03 * (shown.end - shown.start)
        edits = frame.run_state.steered
        self._edits.data = {
            "step": [edit.step for edit in edits],
            "what": [f"{edit.name}: {edit.old} → {edit.value} {edit.note or ''}" for edit in edits],
            "level": [level] * len(edits),
        }
