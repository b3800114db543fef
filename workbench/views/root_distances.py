"""How far images are from the centroid of their class: real ones, and synthetic ones at step 0 and at the step shown.

The paper expects synthetic images to come nearer to the root than real ones. This figure shows whether they do.
"""

import math
from concurrent.futures import Future
from functools import partial
from typing import Any

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, HoverTool, Range1d
from bokeh.plotting import figure

from hdd.projection.spread import QUANTILES
from workbench.component import SourceComponent
from workbench.core import projector
from workbench.core.disk_requests import DiskRequest, DrawnDisk, Look
from workbench.core.failure_text import failure_text
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import REAL, SYNTHETIC, Text
from workbench.views.canvas_access import CanvasAccess

INITIAL = "#e69f00"
COLUMNS = ("x", "low", "quarter", "median", "three_quarters", "high", "color", "what")
MEDIAN = QUANTILES.index(0.5)
OFFSET = 0.26
"""Between the bars of a class, whose middles are 1 apart."""


class RootDistances(SourceComponent):
    """Bars of the distances to the real centroid of the own class, for each class.

    Args:
        shown: see `SourceComponent`.

    Attributes:
        plot: the figure.
    """

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        source = self._session.source
        self._classes = source.classes
        self._initial: tuple[Look, np.ndarray] | None = None
        self._asked: Look | None = None
        self._failed: tuple[Look, str] | None = None
        self._bars = ColumnDataSource({name: [] for name in COLUMNS})
        self._levels = Range1d(start=0, end=1)
        self.plot = self._figure()
        self._access = CanvasAccess(self.plot, "Distances to the centroid of the class, as bars for each class.")
        self._summary = Text("", variant="caption", margin=(2, 10))
        names = {
            "real": REAL,
            **({"step 0": INITIAL, "shown": SYNTHETIC} if source.changes else {"synthetic": SYNTHETIC}),
        }
        self._panel = pn.Column(
            pn.Row(
                Text("Distance to class centroid", variant="body2", margin=(8, 4, 0, 10)),
                *(
                    Text(name, variant="caption", margin=(10, 4, 0, 4), styles={"color": color, "font-weight": "bold"})
                    for name, color in names.items()
                ),
            ),
            pn.pane.Bokeh(self.plot, sizing_mode="stretch_both", min_height=100),
            self._summary,
            sizing_mode="stretch_both",
        )

    def _figure(self) -> figure:
        count = len(self._classes)
        plot = figure(
            x_range=Range1d(start=-0.6, end=count - 0.4),
            y_range=self._levels,
            name="root distances",
            sizing_mode="stretch_both",
            tools="",
            toolbar_location=None,
            y_axis_label="√|K|·distance",
            min_border=4,
        )
        plot.xgrid.visible = False
        plot.xaxis.ticker = list(range(count)) if count <= 20 else []
        plot.xaxis.major_label_overrides = {i: name[:10] for i, name in enumerate(self._classes)}  # pyright: ignore[reportAttributeAccessIssue]
        plot.xaxis.major_label_orientation = 0.0 if max(map(len, self._classes)) <= 2 else 0.7
        plot.axis.major_label_text_font_size = plot.yaxis.axis_label_text_font_size = "12px"
        plot.yaxis.axis_label_text_font_style = "normal"
        plot.segment("x", "low", "x", "high", source=self._bars, line_color="color", line_width=1.5)
        wide = plot.segment("x", "quarter", "x", "three_quarters", source=self._bars, line_color="color", line_width=6)
        plot.scatter("x", "median", source=self._bars, size=5, fill_color="white", line_color="color")
        plot.add_tools(HoverTool(renderers=[wide], tooltips="@what"))
        return plot

    def update(self, frame: Frame) -> None:
        """Brings the bars up to date."""
        disk = frame.disk
        if disk is None:
            return
        points = disk.projection
        groups, note = [("real", REAL, points.real_quantiles)], ""
        if self._session.source.changes:
            initial = self._initial_distances(disk)
            if initial is None:
                note = self._failure(disk.request.look) or " Those of step 0 are being computed."
            else:
                groups.append(("step 0", INITIAL, initial))
        now = f"step {disk.step}" if self._session.source.changes else "synthetic"
        groups.append((now, SYNTHETIC, points.synthetic_quantiles))
        self._draw(groups, note)

    def _draw(self, groups: list[tuple[str, str, np.ndarray]], note: str) -> None:
        rows: list[dict[str, Any]] = []
        places = (-OFFSET, 0, OFFSET) if len(groups) == 3 else (-OFFSET, OFFSET)
        for place, (what, color, quantiles) in zip(places, groups, strict=True):
            for label, (low, quarter, median, three_quarters, high) in enumerate(quantiles[:-1].tolist()):
                if math.isnan(median):
                    continue
                about = f"{self._classes[label]}, {what}: median {median:.3g}, 5 to 95 % {low:.3g} to {high:.3g}"
                rows.append({
                    "x": label + place, "low": low, "quarter": quarter, "median": median,
                    "three_quarters": three_quarters, "high": high, "color": color, "what": about,
                })  # fmt: skip
        self._bars.data = {name: [row[name] for row in rows] for name in COLUMNS}
        lowest, highest = min(row["low"] for row in rows), max(row["high"] for row in rows)
        room = 0.08 * (highest - lowest) or 0.1
        self._levels.update(start=max(0.0, lowest - room), end=highest + room)
        medians = " · ".join(f"{quantiles[-1, MEDIAN]:.3g} {what}" for what, _, quantiles in groups)
        self._summary.object = f"Median over all classes: {medians}.{note}"
        self._access.say(self._summary.object)

    def _initial_distances(self, disk: DrawnDisk) -> np.ndarray | None:
        """The quantiles of the images of step 0 under the geometry of a disk; None until they are computed."""
        session, look = self._session, disk.request.look
        if self._initial is not None and self._initial[0] == look:
            return self._initial[1]
        images = session.kept_images(0)
        if self._failure(look):
            return None
        if images is not None and self._asked is None and session.source.viewing is not None:
            self._asked = look
            viewing, labels = look.through(session.source.viewing), session.source.layout.labels
            arguments = (viewing, images, labels, disk.geometry, look.view, look.pruning)
            question = "step 0", DiskRequest(0, look)
            asked = session.source.shared(question, lambda: session.projector.study(projector.look, *arguments))
            asked.add_done_callback(partial(self._got_initial, look))
        return None

    def _failure(self, look: Look) -> str:
        """Why there are no distances of step 0; empty if they did not fail."""
        return self._failed[1] if self._failed is not None and self._failed[0] == look else ""

    def _got_initial(self, look: Look, answer: Future) -> None:
        self._asked = None
        if answer.cancelled():
            return
        if (error := answer.exception()) is None:
            self._initial = look, answer.result()[1].synthetic_quantiles
        else:
            self._failed = look, f" Those of step 0 cannot be computed: {failure_text(error)}"
        self._session.refresh_in_turn()
