"""How the run went: loss, where features lie, and accuracy, over its steps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import panel as pn
import panel_material_ui as pmui
from bokeh.models import ColumnDataSource, DataRange1d, HoverTool, Span, WheelZoomTool, Whisker
from bokeh.plotting import figure

from hdd.records import CLASS_METRICS
from workbench.session.session import Frame, Session
from workbench.theme import EDIT, REAL, SYNTHETIC, class_colors

LOSSES = {"total loss": "total", "loss by class": "loss", "centroid distance by class": "centroid_distance"}


@dataclass(frozen=True)
class Overlay:
    """The loss of another run, to compare with.

    Attributes:
        name: of the run.
        step, loss: (n,).
    """

    name: str
    step: np.ndarray
    loss: np.ndarray


def _source(*names: str) -> ColumnDataSource:
    return ColumnDataSource({name: [] for name in names})


class Curves:
    """Three figures over the same steps: loss, radii with the clamped share, accuracy.

    Args:
        session: that they belong to.

    Attributes:
        panel: what to put on a page.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._version: tuple | None = None
        self._frame: Frame | None = None
        self._overlays: Sequence[Overlay] = ()
        self._colors = class_colors(len(session.feed.classes))
        self._total = _source("step", "loss", "low", "high")
        self._by_class = ColumnDataSource({"xs": [], "ys": [], "color": [], "name": []})
        self._others = ColumnDataSource({"xs": [], "ys": [], "name": []})
        self._radii = _source("step", "real10", "real50", "real90", "synthetic10", "synthetic50", "synthetic90", "clamped")
        self._accuracy = _source("step", "mean", "low", "high", "what")
        self._edits = _source("step", "what", "level")
        self._range = DataRange1d(start=0, range_padding=0.02, only_visible=True)
        self._cursors: list[Span] = []
        self._clamp = Span(dimension="width", location=None, line_color=EDIT, line_dash="dashed", visible=False)
        self.plots = [self._loss_figure("linear"), self._loss_figure("log"), self._radius_figure(), self._accuracy_figure()]
        self._what = pmui.Select(label="Curve", options=LOSSES, value="total", size="small", width=190, margin=(4, 8))
        self._log = pmui.Switch(label="log axis", value=False, margin=(8, 4))
        self._what.param.watch(lambda *_: self._draw(), "value")
        self._log.param.watch(lambda event: self._swap(event.new), "value")
        self._panes = [
            pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=height)
            for plot, height in zip(self.plots, (150, 150, 120, 110), strict=True)
        ]
        self._summary = pmui.Typography("", variant="caption", margin=(2, 10))
        self._swap(False)
        self.panel = pmui.Column(
            pmui.Row(pmui.Typography("Curves", variant="subtitle2", margin=(8, 10)), self._what, self._log),
            *self._panes,
            self._summary,
            sizing_mode="stretch_both",
        )

    def overlay(self, others: Sequence[Overlay]) -> None:
        """Draws the losses of other runs beside this one's."""
        self._overlays = others
        self._draw()

    def _swap(self, log: bool) -> None:
        """Bokeh cannot change a figure's axis from linear to logarithmic, so there are two."""
        self._panes[0].visible, self._panes[1].visible = not log, log

    def _plot(self, label: str, **options: object) -> figure:
        plot = figure(
            x_range=self._range,
            sizing_mode="stretch_both",
            tools="xpan,xwheel_zoom,reset",
            toolbar_location=None,
            min_border_left=58,
            min_border_right=12,
            min_border_bottom=4,
            y_axis_label=label,
            output_backend="canvas",
            **options,
        )
        plot.toolbar.active_scroll = plot.select_one(WheelZoomTool)
        plot.yaxis.axis_label_text_font_size = plot.axis.major_label_text_font_size = "11px"
        plot.yaxis.axis_label_text_font_style = "normal"
        plot.axis.minor_tick_line_color = None
        plot.yaxis.ticker.desired_num_ticks = 4
        cursor = Span(dimension="height", location=0, line_color=SYNTHETIC, line_width=1.5, visible=False)
        self._cursors.append(cursor)
        plot.add_layout(cursor)
        return plot

    def _loss_figure(self, scale: str) -> figure:
        plot = self._plot("loss", y_axis_type=scale, name=f"loss {scale}")
        plot.multi_line("xs", "ys", source=self._others, line_color=REAL, line_dash="dashed", name="others")
        plot.varea("step", "low", "high", source=self._total, fill_alpha=0.25, fill_color=SYNTHETIC)
        line = plot.line("step", "loss", source=self._total, line_width=2, line_color=SYNTHETIC)
        classes = plot.multi_line("xs", "ys", source=self._by_class, line_color="color", line_width=1.5)
        marks = plot.scatter("step", "level", source=self._edits, marker="triangle", size=10, color=EDIT)
        plot.add_tools(
            HoverTool(renderers=[line], tooltips=[("step", "@step"), ("loss", "@loss{0.0000}")], mode="vline"),
            HoverTool(renderers=[classes], tooltips="@name"),
            HoverTool(renderers=[marks], tooltips=[("step", "@step"), ("edit", "@what")]),
        )
        return plot

    def _radius_figure(self) -> figure:
        plot = self._plot("√|K|·radius", name="radius")
        plot.y_range.start = 0
        for who, color in (("real", REAL), ("synthetic", SYNTHETIC)):
            plot.varea("step", f"{who}10", f"{who}90", source=self._radii, fill_alpha=0.2, fill_color=color)
            plot.line("step", f"{who}50", source=self._radii, line_color=color, line_width=2, legend_label=who)
        plot.add_layout(self._clamp)
        plot.legend.orientation = "horizontal"
        plot.legend.location = "bottom_right"
        plot.legend.padding = plot.legend.margin = 3
        plot.legend.label_text_font_size = "10px"
        plot.legend.background_fill_alpha = 0.5
        plot.legend.border_line_color = None
        line = plot.renderers[1]
        tips = [("step", "@step"), ("real", "@real10…@real90"), ("synthetic", "@synthetic10…@synthetic90")]
        plot.add_tools(HoverTool(renderers=[line], tooltips=[*tips, ("clamped", "@clamped{0} %")], mode="vline"))
        return plot

    def _accuracy_figure(self) -> figure:
        plot = self._plot("accuracy %", x_axis_label="step", name="accuracy")
        plot.xaxis.axis_label_text_font_size = "11px"
        plot.xaxis.axis_label_standoff = 0
        whisker = Whisker(base="step", lower="low", upper="high", source=self._accuracy, line_color=SYNTHETIC)
        plot.add_layout(whisker)
        points = plot.scatter("step", "mean", source=self._accuracy, size=8, color=SYNTHETIC)
        plot.add_tools(HoverTool(renderers=[points], tooltips="@what"))
        plot.y_range.default_span = 10
        return plot

    def show(self, frame: Frame) -> None:
        """Brings the curves up to date."""
        self._frame = frame
        for cursor in self._cursors:
            cursor.location, cursor.visible = frame.step, not frame.live
        clamp = frame.settings.clamp
        self._clamp.location, self._clamp.visible = clamp or 0, clamp is not None
        columns = frame.state.columns
        version = (id(columns), len(frame.state.evaluations), len(frame.state.edits))
        if columns and version != self._version:
            self._version = version
            self._draw()

    def _draw(self) -> None:
        frame = self._frame
        if frame is None or not frame.state.columns:
            return
        columns, classes = frame.state.columns, frame.state.columns["classes"]
        step = columns["step"]
        mean = {name: classes[:, :, i].mean(1) for i, name in enumerate(CLASS_METRICS)}
        what = self._what.value
        by_class = what != "total"
        loss = np.full(len(step), np.nan) if by_class else columns["loss"]
        self._total.data = {
            "step": step,
            "loss": loss,
            "low": loss if by_class else columns["loss_low"],
            "high": loss if by_class else columns["loss_high"],
        }
        lines = classes[:, :, CLASS_METRICS.index(what)].T if by_class else []
        self._by_class.data = {
            "xs": [step] * len(lines),
            "ys": list(lines),
            "color": self._colors[: len(lines)],
            "name": self._session.feed.classes[: len(lines)],
        }
        others = () if by_class else self._overlays
        self._others.data = {
            "xs": [other.step for other in others],
            "ys": [other.loss for other in others],
            "name": [other.name for other in others],
        }
        self._radii.data = {
            "step": step,
            **{f"{who}{q}": mean[f"{who}_radius_q{q}"] for who in ("real", "synthetic") for q in (10, 50, 90)},
            "clamped": 100 * mean["real_clamped"],
        }
        self._draw_accuracy(frame)
        self._draw_edits(frame, lines if by_class else columns["loss"])
        self._summary.object = _summary(frame, mean)

    def _draw_accuracy(self, frame: Frame) -> None:
        rows = []
        for evaluation in frame.state.evaluations:
            values = 100 * np.array(evaluation["accuracies"])
            spread = values.std(ddof=1) if len(values) > 1 else 0.0
            what = f"{values.mean():.1f} ± {spread:.1f} % at step {evaluation['step']}, "
            what += f"{len(values)} networks, {evaluation['protocol']['name']} protocol"
            rows.append((evaluation["step"], values.mean(), values.mean() - spread, values.mean() + spread, what))
        names = ("step", "mean", "low", "high", "what")
        self._accuracy.data = {name: [row[i] for row in rows] for i, name in enumerate(names)}

    def _draw_edits(self, frame: Frame, loss: np.ndarray) -> None:
        values = np.asarray(loss, float)
        finite = values[np.isfinite(values)]
        # Along the lower edge: on a logarithmic axis nothing can lie at 0.
        level = float(finite.min()) if finite.size else 0.0
        edits = frame.state.steered
        self._edits.data = {
            "step": [edit.step for edit in edits],
            "what": [f"{edit.name}: {edit.old} → {edit.value}" for edit in edits],
            "level": [level] * len(edits),
        }


def _summary(frame: Frame, mean: dict[str, np.ndarray]) -> str:
    """The newest values in words."""
    if not len(frame.state.columns["step"]):
        return "No step was made yet."
    real, synthetic = mean["real_radius_q50"][-1], mean["synthetic_radius_q50"][-1]
    text = f"Step {frame.state.step}: loss {frame.state.columns['loss'][-1]:.4g}, median √|K|·radius {real:.2f} real and "
    text += f"{synthetic:.2f} synthetic, {100 * mean['real_clamped'][-1]:.0f} % of real features clamped"
    if frame.state.evaluations:
        accuracies = frame.state.evaluations[-1]["accuracies"]
        text += f", accuracy {100 * np.mean(accuracies):.1f} % at step {frame.state.evaluations[-1]['step']}"
    return text + "."
