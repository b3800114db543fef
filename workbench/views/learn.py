"""The playground on the page, where its figures can take the points of a class of the run or set that is shown."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from workbench.component import SourceComponent
from workbench.core.frame import Frame, nearest_images
from workbench.core.source import StepImages
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import Text, paper
from workbench.views.class_order import ClassOrders, OrderedClass
from workbench.views.playground.pane import PlaygroundPane
from workbench.views.playground.registry import FIGURES

EXAMPLE = "Example points"
FIRST = next(iter(FIGURES))


class Learn(SourceComponent):
    """Figures of hyperbolic geometry, with points of their own or with those of a class.

    The class that alone is chosen in a legend of the page is chosen here, too. A class is taken once, as it is then, so
    that nothing moves but what the user drags.

    Args:
        shown: see `SourceComponent`.
    """

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        session = self._session
        self._orders: ClassOrders | None = None
        self._labels = {name: label for label, name in enumerate(session.source.classes)}
        options: dict[str, int] = {EXAMPLE: -1, **self._labels}
        small: dict[str, Any] = {"size": "small", "margin": (10, 10)}
        self._class = pmui.Select(label="Points of class", options=options, value=-1, width=220, **small)
        self._again = pmui.Button(label="Take them again", variant="outlined", disabled=True, **small)
        self._text = Text("", variant="body2", margin=(16, 10), sizing_mode="stretch_width")
        figure = session.selection.figure or FIRST
        self._figures = PlaygroundPane(figure=figure, sizing_mode="stretch_width", margin=0)
        for control, name in ((self._class, "value"), (self._again, "clicks")):
            control.param.watch(lambda *_: self._want(), name)
        session.selection.param.watch(lambda *_: self._follow(), "classes")
        self._figures.param.watch(lambda *_: self._keep_figure(), "figure")
        sheet = paper(self._figures, sizing_mode="stretch_both", scroll="y-auto")
        # Without real images a class has no centroid to look from.
        known = session.source.viewing is not None
        chooser = [pn.Row(self._class, self._again, self._text, sizing_mode="stretch_width")] if known else []
        self._panel = pn.Column(*chooser, sheet, sizing_mode="stretch_both", margin=0)
        self._follow()

    def _keep_figure(self) -> None:
        """Keeps which figure is shown for the address of the page."""
        figure = self._figures.figure
        self._session.selection.figure = "" if figure == FIRST else figure

    def _follow(self) -> None:
        """Takes the class that alone is chosen in the legends of the page."""
        chosen = self._session.selection.classes
        if len(chosen) == 1 and chosen[0] in self._labels and self._session.source.viewing is not None:
            self._class.value = self._labels[chosen[0]]

    def _want(self) -> None:
        is_wanted = self._class.value != -1
        self._again.disabled = not is_wanted
        # Orders that were asked for before are not those of now.
        self._orders = ClassOrders(self._session) if is_wanted else None
        if not is_wanted:
            self._text.object, self._figures.given = "", {}
        self._session.refresh()

    def update(self, frame: Frame) -> None:
        """Takes the points of the class once they are known."""
        if self._orders is None:
            return
        disk = frame.disk if _shows_its_step(frame) else None
        found = None if disk is None else self._orders.of(disk, int(self._class.value))
        if found is None:
            self._text.object = frame.disk_problem or self._orders.problem or "Ordering the images of the class …"
            return
        self._orders = None
        self._take(found)

    def _take(self, found: OrderedClass) -> None:
        source, order = self._session.source, found.order
        name = source.classes[order.label]
        real, synthetic = len(order.real), len(order.synthetic)
        places = order.places.tolist()
        self._figures.given = {"cloud": {"name": name, "real": places[:real], "synthetic": places[real:]}}
        step = f" at step {found.request.step}" if source.changes else ""
        self._text.object = (
            f"{name}{step}: {real} real and {synthetic} synthetic images. Their distances from the middle, the "
            "centroid of the class, are exact; directions are approximate."
        )


def _shows_its_step(frame: Frame) -> bool:
    """Whether the disk is that of the step that is looked at; while a run is followed, its newest disk will do."""
    wanted = nearest_images(frame.state, frame.step)
    step = wanted.step if isinstance(wanted, StepImages) else wanted
    return frame.live or (frame.disk is not None and frame.disk.step == step)
