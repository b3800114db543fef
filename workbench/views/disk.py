"""The disk: real and synthetic features in the hyperbolic plane, which can be dragged with the pointer."""

import numpy as np
import panel as pn
import panel_material_ui as pmui

from hdd.projection import VIEWS
from workbench.component import SourceComponent
from workbench.core.disk_requests import DrawnDisk
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import SMALL_CHOICE, Text
from workbench.views.disk_plot import DiskPlot
from workbench.views.faithfulness import FaithfulnessMeter

NETWORKS = {"random, as in matching": "random", "trained on the real images": "trained"}


class Disk(SourceComponent):
    """The disk, with the choice of its view and of the classes that it shows.

    Args:
        shown: see `SourceComponent`.

    Attributes:
        plot: the figure.
    """

    lively = True

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        source = self._session.source
        self._classes = source.classes
        self._faithfulness = FaithfulnessMeter(self._session)
        self._plot = DiskPlot(source.classes, source.layout, self._select)
        self.plot = self._plot.figure
        self._build()

    def _build(self) -> None:
        selection = self._session.selection
        view = pmui.Select(
            label="Disk",
            options={view.title: name for name, view in VIEWS.items()},
            value=selection.view,
            size="small",
            sizing_mode="stretch_width",
            max_width=190,
            margin=(4, 8),
        )
        view.param.watch(lambda event: selection.param.update(view=event.new), "value")
        network = pmui.Select(
            label="Network",
            options=NETWORKS,
            value=selection.network,
            size="small",
            sizing_mode="stretch_width",
            max_width=150,
            margin=(4, 4),
            description="The network whose features are shown. The trained one is trained once, on the real images.",
        )
        network.param.watch(lambda event: selection.param.update(network=event.new), "value")
        centred = pmui.Checkbox(label="Centred", value=selection.centred, size="small", margin=(8, 4))
        centred.param.watch(lambda event: selection.param.update(centred=event.new), "value")
        classes = pmui.MultiChoice(
            label="Classes",
            options=self._classes,
            value=selection.classes,
            sizing_mode="stretch_width",
            max_width=150,
            margin=(4, 4),
            sx=SMALL_CHOICE,
        )
        classes.param.watch(lambda event: selection.param.update(classes=event.new), "value")
        reset = pmui.IconButton(
            icon="center_focus_strong", description="Reset: undo drags and zooms", size="small", margin=(6, 4)
        )
        reset.on_click(lambda _: self._plot.reset())
        # There is always room for two lines, so that the disk keeps its size when the text changes.
        self._status = Text("", variant="caption", margin=(2, 10), styles={"min-height": "32px"})
        self._summary = Text("", variant="caption", margin=(0, 10, 4, 10))
        self._panel = pmui.Column(
            pmui.Row(view, network, classes, centred, reset, sizing_mode="stretch_width"),
            pn.pane.Bokeh(self.plot, sizing_mode="stretch_both", min_height=200),
            self._status,
            self._summary,
            sizing_mode="stretch_both",
        )

    def _select(self, image: int | None) -> None:
        session = self._session
        session.selection.image = None if image is None else session.source.layout.place(image)

    def update(self, frame: Frame) -> None:
        """Brings the disk up to date."""
        session = self._session
        selection = session.selection
        if frame.disk_problem is not None:
            self._status.object = f"The disk cannot be drawn: {frame.disk_problem}"
        elif frame.disk is None or frame.sample is None:
            progress = session.projector.progress("live")
            self._status.object = f"Computing the features of the real images … {progress}"
            self._session.refresh_soon()
        else:
            self._plot.draw(frame.disk, frame.sample, self._shown_classes())
            if frame.full:
                self._describe(frame, frame.disk)
                self._faithfulness.measure(frame)
        image = None if selection.image is None else session.source.layout.image(*selection.image)
        self._plot.mark(image)

    def _shown_classes(self) -> np.ndarray:
        """(C,) bool: which classes are drawn."""
        chosen = self._session.selection.classes
        return np.array([not chosen or name in chosen for name in self._classes])

    def _describe(self, frame: Frame, disk: DrawnDisk) -> None:
        points, learning = disk.projection, frame.disk_learning
        projector = self._session.projector
        progress = projector.progress("live")
        if learning:
            self._status.object = f"{learning} … {projector.progress('learn')} Until then: {VIEWS[disk.view].title}."
            self._session.refresh_soon()
        else:
            self._status.object = f"Processing the real images … {progress}" if progress else self._about(disk)
        widest = int(np.nanargmax(points.gap))
        pruned = int((~points.kept).sum())
        behind = frame.image_step - disk.step
        late = f" ({behind} steps behind the images)" if behind > 0 else ""
        step = f"Step {disk.step}{late}: " if self._session.source.changes else ""
        self._summary.object = (
            f"{step}{len(points.real_radius)} real{f' ({pruned} pruned)' if pruned else ''} and "
            f"{len(points.synthetic_radius)} synthetic points; centroids (▢ real, ★ synthetic) are "
            f"{np.nanmean(points.gap):.3g} apart on average (units of 1/√|K|); largest: class {self._classes[widest]}, "
            f"{points.gap[widest]:.3g}. "
            "Drag to move the disk, double-click to centre a point, scroll to zoom."
        )

    def _about(self, disk: DrawnDisk) -> str:
        """What the view preserves, and how well it does so."""
        trained = disk.network_accuracy
        about = VIEWS[disk.view].preserves + (
            "" if trained is None else f" The network reaches {100 * trained:.1f} % test accuracy."
        )
        found = self._faithfulness.of(disk)
        if found is None:
            return f"{about} Measuring faithfulness …"
        if not found.neighbours:
            return f"{about} There are too few points to measure faithfulness."
        drawn, own = found.class_accuracy, found.own_class_accuracy
        classes = "" if drawn is None else f", neighbours' class accuracy {drawn:.2f} ({own:.2f} in the space)"
        return f"{about} Trustworthiness {found.trustworthiness:.2f}, continuity {found.continuity:.2f}{classes}."
