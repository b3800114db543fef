"""The curves of a run over its steps, and over them those of other runs: loss, radii of the features, and accuracy."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any

import panel as pn
import panel_material_ui as pmui
from bokeh.plotting import figure

from workbench.component import SourceComponent
from workbench.core.comparable import scales_apart
from workbench.core.frame import Frame
from workbench.core.run_curves import RunCurves
from workbench.embedded_session import Shown
from workbench.run_names import run_names as names_of_runs
from workbench.session import Session
from workbench.theme import HIDDEN, SMALL_CHOICE, Html, Text, class_colors, show
from workbench.views.curve_figures import DASHES, CurveFigures
from workbench.views.curve_summary import curve_summary
from workbench.views.run_legend import legend_entry, run_labels
from workbench.views.run_overlay import Overlays

ACCURACY = "accuracy"
SHOWN = {
    "total loss": "total",
    "loss by class": "loss",
    "centroid gap by class": "centroid_distance",
    "accuracy": ACCURACY,
}
"""What the first figure shows."""
OVERLAY_MILLISECONDS = 2000
"""The time between two looks at the runs that are drawn over this one."""
NAMED = 20
"""The legend names at most this many classes; the others are named where the pointer is."""
OPTIONS_WIDTH = 300
_AS_MANY_AS_FIT = """
:host { container-type: inline-size }
@container (max-width: 500px) { .bk-Figure:nth-last-child(1) { display: none !important } }
@container (max-width: 380px) { .bk-Figure:nth-last-child(2) { display: none !important } }
"""
"""In a narrow pane the last figures are left out; the summary below them says what they would show."""


def _pane(plot: figure) -> pn.pane.Bokeh:
    return pn.pane.Bokeh(plot, sizing_mode="stretch_both", min_height=120)


class Curves(SourceComponent):
    """Three figures with the same step axis: the loss, the radii, and in percent the clamped features and the accuracy.

    In place of the loss, the first one can show the accuracies of all runs on an axis of their own. A click in a figure
    shows the step there.

    Args:
        shown: see `SourceComponent`.
        run_names: lists the runs whose curves can be drawn over this one's; None lists those in the run's folder.
        overlays: the names of the runs that are drawn over this one at first.
    """

    needs_run = True

    def __init__(
        self,
        shown: Session | Shown,
        run_names: Callable[[], list[str]] | None = None,
        overlays: Sequence[str] = (),
    ) -> None:
        super().__init__(shown)
        session = self._session
        self._folder = session.run_source.run.path.parent
        self._run_names = run_names or partial(names_of_runs, self._folder)
        self._version: tuple | None = None
        self._shows_gap = False
        self._overlays: list[RunCurves] = []
        self._reader = Overlays(self._folder)
        self._is_reading = self._will_read = False
        self._own: RunCurves | None = None
        self._figures = CurveFigures(session.source.classes, self._go_to, session.refresh_soon)
        self._what = pmui.Select(
            label="Curve",
            options=SHOWN,
            value="total",
            size="small",
            sizing_mode="stretch_width",
            max_width=170,
            margin=(8, 8),
        )
        self._log = pmui.Switch(label="log axis", value=False, margin=(8, 4))
        self._smoothing = pmui.FloatSlider(
            label="Smoothing",
            description="Exponential moving average: the weight of what came before. The raw curve is faint.",
            start=0,
            end=0.99,
            step=0.01,
            value=0,
            size="small",
            sizing_mode="stretch_width",
            margin=(8, 12),
        )
        self._reset = pmui.Button(
            label="All steps",
            icon="zoom_out_map",
            description="Undo zooming, and follow the run again",
            size="small",
            variant="outlined",
            disabled=True,
            margin=(8, 4),
        )
        self._what.param.watch(lambda _: self._choose_first(), "value")
        self._smoothing.param.watch(lambda _: session.refresh(), "value")
        self._log.param.watch(lambda event: self._swap(event.new), "value")
        self._reset.on_click(lambda _: self._follow())
        # The accuracies take the place of the loss when they are chosen. A figure that is only hidden would be drawn,
        # and have the whole page laid out, whenever the steps change.
        self._loss, *others = map(_pane, self._figures.plots)
        self._accuracies = _pane(self._figures.accuracy)
        self._first = pn.Column(self._loss, sizing_mode="stretch_both", margin=0)
        self._row = pn.Row(
            self._first,
            *others,
            sizing_mode="stretch_both",
            margin=0,
            stylesheets=[_AS_MANY_AS_FIT],
        )
        self._legend = Html("", variant="caption", sizing_mode="stretch_width", margin=(0, 10))
        self._legend_row = pmui.Column(self._legend, sizing_mode="stretch_width", margin=0, sx=HIDDEN)
        self._summary = Text("", variant="caption", margin=(2, 10))
        self._compare = pmui.MultiChoice(
            label="Overlay runs",
            options=list(overlays),
            value=list(overlays),
            max_items=len(DASHES),
            sizing_mode="stretch_width",
            margin=(8, 8),
            sx=SMALL_CHOICE,
        )
        self._compare.param.watch(lambda _: self._read_overlays(), "value")
        options = pmui.Popup(
            pn.Column(self._compare, self._smoothing, self._log, width=OPTIONS_WIDTH),
            open=False,
            anchor_origin={"horizontal": "left", "vertical": "bottom"},
        )
        tune = pmui.IconButton(
            icon="tune", description="Curve options: overlay runs, smoothing, log axis", size="small", margin=(10, 2)
        )
        tune.param.watch(lambda _: options.param.update(open=True), "clicks")
        self._panel = pn.Column(
            pn.Row(self._what, tune, options, self._reset, sizing_mode="stretch_width"),
            self._row,
            self._legend_row,
            self._summary,
            sizing_mode="stretch_both",
        )
        if overlays:
            self._read_overlays()

    # Overlays

    def _offer_others(self) -> None:
        """Offers the other runs of the folder as overlays."""
        others = [name for name in self._run_names() if name != self._session.run_source.run.path.name]
        if others != self._compare.options:
            self._compare.param.update(options=others, value=[name for name in self._compare.value if name in others])

    def _read_overlays(self) -> None:
        """Reads the chosen runs, and again after some time while there are any."""
        if not self._is_reading:
            self._is_reading = True
            names: list[str] = list(self._compare.value)
            self._session.when_done(self._reader.ask(names), partial(self._got_overlays, names))

    def _got_overlays(self, names: list[str], answer: "Future[list[RunCurves]]") -> None:
        self._is_reading = False
        found = answer.result()
        # The columns of a run are made anew whenever it has been written.
        if [id(each.columns) for each in found] != [id(each.columns) for each in self._overlays]:
            self._overlays = found
            self._session.refresh()
        if names != self._compare.value:
            self._read_overlays()
        elif names and not self._will_read:
            self._will_read = True
            self._session.later(self._read_again, OVERLAY_MILLISECONDS)

    def _read_again(self) -> None:
        self._will_read = self not in self._session.views
        if self._will_read:
            self._session.later(self._read_again, OVERLAY_MILLISECONDS)
        else:
            self._read_overlays()

    # Steps

    def _go_to(self, step: int) -> None:
        self._session.selection.step = max(0, min(step, self._session.source.state.step))

    def _follow(self) -> None:
        self._figures.follow()
        self._session.refresh()

    def _swap(self, log: bool) -> None:
        self._loss = _pane(self._figures.use_scale("log" if log else "linear"))
        self._choose_first()

    def _choose_first(self) -> None:
        """Shows the accuracies or the loss in the first place."""
        self._first[:] = [self._accuracies if self._what.value == ACCURACY else self._loss]
        self._session.refresh()

    def update(self, frame: Frame) -> None:
        """Shows the curves of a frame."""
        self._offer_others()
        figures, state = self._figures, frame.run_state
        figures.cursor.update(location=frame.step, visible=not frame.live)
        clamp = frame.run_settings.clamp
        figures.clamp.location, figures.clamp.visible = clamp or 0, clamp is not None
        runs = [(self._session.run_source.initial_settings, state.steered)]
        runs += [(other.initial, other.edits) for other in self._overlays]
        if not self._shows_gap and "curvature" in scales_apart(runs):
            self._shows_gap, self._what.value = True, "centroid_distance"
        chosen = (self._what.value, self._log.value, self._smoothing.value, figures.visible, id(self._overlays))
        version = (id(state.columns), len(state.evaluations), state.edits, chosen)
        if not state.columns:
            return
        if version != self._version:
            self._version = version
            self._draw(frame)
        assert self._own is not None, "it has been drawn"
        self._summary.object = summary = curve_summary(frame, self._own, self._overlays)
        figures.say(summary)

    def _draw(self, frame: Frame) -> None:
        state, source = frame.run_state, self._session.run_source
        self._own = own = RunCurves(
            source.run.path.name, state.columns, state.evaluations, state.steered, source.initial_settings
        )
        what: Any = "total" if self._what.value == ACCURACY else self._what.value
        self._figures.draw(own, self._overlays, what, float(self._smoothing.value))
        self._reset.disabled = not self._figures.is_zoomed
        entries = []
        if self._overlays:
            labels = run_labels([own, *self._overlays])
            entries = [legend_entry(label, dash) for label, dash in zip(labels, ("solid", *DASHES), strict=False)]
        classes = source.classes
        if what != "total" and len(classes) <= NAMED:
            colors = class_colors(len(classes))
            entries += [legend_entry(name, color=color) for name, color in zip(classes, colors, strict=True)]
        legend = f"<div>{''.join(entries)}</div>" if entries else ""
        if self._legend.object != legend:
            self._legend.object = legend
            show(self._legend_row, bool(legend))
