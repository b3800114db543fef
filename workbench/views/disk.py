"""The disk: real and synthetic features in the hyperbolic plane, which can be dragged with the pointer."""

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from hdd.projection import VIEWS
from workbench.component import SourceComponent
from workbench.core.disk_requests import DrawnDisk
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import Text
from workbench.views.disk_keys import DiskKeys
from workbench.views.disk_plot import DiskPlot
from workbench.views.disk_pointing import DRAGS
from workbench.views.disk_words import HOW_TO, KINDS, describe_view, summarise
from workbench.views.faithfulness import FaithfulnessMeter
from workbench.views.legend import LegendButtons
from workbench.views.point_colors import TITLES, color_points, loss_shares

NETWORKS = {"random, as in matching": "random", "trained on the real images": "trained"}
LEGEND_WIDTH = 150
DETAILS_WIDTH = 430


class Disk(SourceComponent):
    """The disk, with a legend, and the choice of its view, its colours and the classes that it shows.

    Args:
        shown: see `SourceComponent`.

    Attributes:
        plot: the figure.
    """

    lively = True

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        self._session.on_keys(escape=self._session.selection.clear)
        source = self._session.source
        self._classes = source.classes
        self._frame: Frame | None = None
        self._drag = "move"
        self._faithfulness = FaithfulnessMeter(self._session)
        self._plot = DiskPlot(source.classes, source.layout, self._select, self._picture)
        self.plot = self._plot.figure
        self._keys = DiskKeys(self._session, self._plot, lambda: self._frame)
        self._build()

    def _select_of(self, name: str, label: str, options: dict[str, str], width: int, **params: Any) -> pmui.Select:
        """A choice of a parameter of the selection, which follows it."""
        selection = self._session.selection
        choice = pmui.Select(
            label=label,
            options=options,
            value=getattr(selection, name),
            size="small",
            sizing_mode="stretch_width",
            max_width=width,
            margin=(8, 4),
            **params,
        )
        choice.param.watch(lambda event: selection.param.update({name: event.new}), "value")
        return choice

    def _button(self, icon: str, description: str, action: Any) -> pmui.IconButton:
        button = pmui.IconButton(icon=icon, description=description, size="small", margin=(10, 2))
        button.on_click(action)
        return button

    def _build(self) -> None:
        selection = self._session.selection
        titles = {title: by for by, title in TITLES.items() if by != "loss" or self._session.source.changes}
        self._view = self._select_of("view", "Disk", {view.title: name for name, view in VIEWS.items()}, 190)
        self._color_by = self._select_of("color_by", "Colour by", titles, 190)
        network = "The network whose features the disk shows. The trained one is trained once, on the real images."
        self._network = self._select_of("network", "Network", NETWORKS, 220, description=network)
        self._centred = pmui.Checkbox(label="Centred", value=selection.centred, size="small", margin=(12, 4))
        self._centred.param.watch(lambda event: selection.param.update(centred=event.new), "value")
        drags = pmui.RadioButtonGroup(
            label="",
            description="What dragging the pointer does: move the disk, or select points",
            options=DRAGS,
            value="move",
            size="small",
            margin=(0, 4, 4, 4),
            width=LEGEND_WIDTH,
        )
        drags.param.watch(self._set_drag, "value")
        self._legend = LegendButtons(
            self._classes,
            self._toggle_class,
            self._highlight,
            width=LEGEND_WIDTH,
            sizing_mode="stretch_height",
            margin=(0, 4),
        )
        self._about = Text("", variant="caption", margin=(0, 10))
        self._details = pmui.Popup(
            pn.Column(
                pn.Row(self._network, self._centred, margin=0),
                self._about,
                Text(HOW_TO, variant="caption", margin=(8, 10)),
                width=DETAILS_WIDTH,
            ),
            open=False,
            anchor_origin={"horizontal": "right", "vertical": "bottom"},
            transform_origin={"horizontal": "right", "vertical": "top"},
        )
        row = pn.Row(
            self._view,
            self._color_by,
            self._button("center_focus_strong", "Reset: undo drags and zooms", lambda _: self._plot.reset()),
            self._button("info", "What does this view keep? Network, help", self._open_details),
            self._details,
            sizing_mode="stretch_width",
            margin=0,
        )
        self._status = Text("", variant="caption", margin=(0, 10))
        self._panel = pn.Column(
            row,
            pn.Row(
                pn.pane.Bokeh(self.plot, sizing_mode="stretch_both", min_height=100),
                pn.Column(drags, self._legend, width=LEGEND_WIDTH + 12, sizing_mode="stretch_height", margin=0),
                sizing_mode="stretch_both",
                margin=0,
            ),
            self._status,
            Text(KINDS, variant="caption", margin=(0, 10, 4, 10)),
            sizing_mode="stretch_both",
        )

    def _set_drag(self, event: Any) -> None:
        self._drag = event.new
        self._session.refresh()

    def _open_details(self, _: Any) -> None:
        self._details.open = True
        self._session.refresh()

    def _toggle_class(self, label: int | None) -> None:
        """Shows or hides a class; the first that is chosen hides all others, and None shows all."""
        selection = self._session.selection
        if label is None:
            selection.classes = []
            return
        chosen = set(selection.classes) ^ {self._classes[label]}
        selection.classes = [name for name in self._classes if name in chosen]

    def _highlight(self, label: int | None) -> None:
        self._session.selection.highlighted = label

    def _select(self, synthetic: list[int], real: list[int]) -> None:
        layout = self._session.source.layout
        self._session.selection.choose([layout.place(image) for image in synthetic], real)

    def _picture(self, kind: str, number: int) -> np.ndarray | None:
        """The pixels of an image that is pointed at."""
        frame = self._frame
        if frame is None:
            return None
        if kind == "synthetic":
            if frame.images is None or not 0 <= number < len(frame.images):
                return None
            return self._session.source.to_pixels(frame.images[number : number + 1])[0]
        row = None if frame.sample is None else frame.sample.row(number)
        return None if frame.sample is None or row is None else frame.sample.pixels[row]

    def update(self, frame: Frame) -> None:
        """Brings the disk up to date."""
        self._frame = frame
        session = self._session
        selection = session.selection
        self._plot.pointing.set_drag(self._drag)
        if frame.disk_problem is not None:
            self._status.object = f"The disk cannot be drawn: {frame.disk_problem}"
        elif frame.disk is None or frame.sample is None:
            progress = session.projector.progress("live")
            self._status.object = f"Computing the features of the real images … {progress}"
            self._session.refresh_soon()
        else:
            shares = loss_shares(frame, len(self._classes))
            colors = color_points(selection.color_by, frame.disk, frame.sample, session.source.layout, shares)
            self._plot.draw(frame.disk, frame.sample, self._shown_classes(), colors)
            chosen = [self._classes.index(name) for name in selection.classes if name in self._classes]
            self._legend.show(selection.color_by, colors.scale, chosen)
            if frame.full:
                self._describe(frame, frame.disk)
        places = (session.source.layout.image(*place) for place in selection.synthetic)
        self._plot.pointing.mark([image for image in places if image is not None], selection.real)
        self._plot.highlight(selection.highlighted)
        self._follow_selection()
        self._keys.update(self._status.object)

    def _follow_selection(self) -> None:
        """Shows in the controls what somebody else chose, such as a notebook."""
        selection = self._session.selection
        for control, name in (
            (self._view, "view"),
            (self._color_by, "color_by"),
            (self._network, "network"),
            (self._centred, "centred"),
        ):
            if control.value != getattr(selection, name):
                control.value = getattr(selection, name)

    def _shown_classes(self) -> np.ndarray:
        """(C,) bool: which classes are drawn."""
        chosen = self._session.selection.classes
        return np.array([not chosen or name in chosen for name in self._classes])

    def _describe(self, frame: Frame, disk: DrawnDisk) -> None:
        learning = frame.disk_learning
        projector = self._session.projector
        progress = projector.progress("live")
        if learning:
            self._status.object = f"{learning} … {projector.progress('learn')} Until then: a random network."
            self._session.refresh_soon()
        elif progress:
            self._status.object = f"Processing the real images … {progress}"
        else:
            self._status.object = summarise(
                disk, self._classes, frame.image_step if self._session.source.changes else None
            )
        # To measure faithfulness takes long, and only an open popup shows it.
        if self._details.open:
            self._about.object = describe_view(disk, self._faithfulness.of(disk), self._faithfulness.problem)
            self._faithfulness.measure(frame)
