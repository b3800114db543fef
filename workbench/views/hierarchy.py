"""One class from its root to its leaves: real and synthetic images by their distance to the centroid of the class."""

from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from hdd.projection import Hierarchy
from hdd.sets.decoders import DECODERS
from workbench.browser.divider import Divider
from workbench.component import SourceComponent
from workbench.core.frame import Frame
from workbench.core.projector import Sample
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.tabs.base import pane
from workbench.theme import Text, paper
from workbench.views.canvas_access import CanvasAccess
from workbench.views.class_order import ClassOrders, OrderedClass
from workbench.views.hierarchy_plot import HierarchyPlot
from workbench.views.strip import Strip

FILM_IMAGES = 8
FILM_WIDTH = 440
NOISE = 0.3
"""Rank correlation with other networks below which the order is called noise."""

ABOUT = (
    "The middle is the centroid of the real images (▢), and an image is as far from it as in the feature space; "
    "directions are approximate. A line goes to the nearest image that is nearer to the root. Orange frames are "
    "synthetic."
)


class ClassHierarchy(SourceComponent):
    """The images of one class on the class disk, as a tree and as film strips.

    Args:
        shown: see `SourceComponent`.
    """

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        session = self._session
        self._orders = ClassOrders(session)
        self._shown: OrderedClass | None = None
        self._drawn: tuple[Any, ...] = ()
        classes = session.source.classes
        self._class = pmui.Select(
            label="Class", options={name: label for label, name in enumerate(classes)}, value=0, size="small",
            width=220, margin=(10, 10),
        )  # fmt: skip
        self._class.param.watch(lambda *_: session.refresh(), "value")
        self._text = Text("", variant="body2", margin=(12, 10), sizing_mode="stretch_width")
        self._plot = HierarchyPlot(self._clicked)
        self._access = CanvasAccess(self._plot.figure, "Disk of one class, with its images around the root.")
        self._real = Strip(FILM_IMAGES, 84, "Real images from root to leaf, at distances", FILM_WIDTH)
        self._synthetic = Strip(FILM_IMAGES, 84, "Synthetic images from root to leaf, at distances", FILM_WIDTH)
        self._ranks = Text("", variant="body2", margin=(8, 10))
        heading: dict[str, Any] = {"variant": "overline", "margin": (4, 10, 0, 10)}
        films = paper(
            Text("Real images, from root to leaf", **heading),
            self._real,
            Text("Synthetic images, from root to leaf", **heading),
            self._synthetic,
            self._ranks,
            Text(ABOUT, variant="caption", margin=(8, 10)),
            sizing_mode="stretch_both",
        )
        disk = pane(sizing_mode="stretch_both")
        disk[:] = [pn.pane.Bokeh(self._plot.figure, sizing_mode="stretch_both", min_height=100)]
        self._panel = pn.Column(
            pn.Row(self._class, self._text, sizing_mode="stretch_width"),
            pn.Row(
                disk, Divider("row", "Width of the film", after=FILM_WIDTH + 20), films,
                sizing_mode="stretch_both", margin=0,
            ),
            sizing_mode="stretch_both",
            margin=0,
        )  # fmt: skip
        session.selection.param.watch(lambda *_: session.refresh(), ["synthetic", "real"])

    def update(self, frame: Frame) -> None:
        """Asks for what is shown, and shows what has come."""
        if frame.disk is None or frame.sample is None:
            self._text.object = frame.disk_problem or "The images are being read …"
            return
        self._shown = self._orders.of(frame.disk, int(self._class.value))
        if self._shown is not None:
            self._draw(frame.sample, self._shown)
        else:
            self._text.object = self._orders.problem or "Ordering the images of the class …"

    def _draw(self, sample: Sample, shown: OrderedClass) -> None:
        found = shown.order
        source, selection = self._session.source, self._session.selection
        real, held = len(found.real), source.layout.held
        stored = found.synthetic // held
        chosen = [int(index) in selection.real for index in sample.indices[found.real]]
        chosen += [source.layout.place(int(image)) in selection.synthetic for image in stored]
        drawn = (shown, tuple(chosen))
        if drawn == self._drawn:
            return
        self._drawn = drawn
        assert source.viewing is not None, "without real images there is no order"
        decoded = DECODERS[source.viewing.decoder].decode(shown.images)
        pixels = np.concatenate([sample.pixels[found.real], source.to_pixels(decoded[found.synthetic])])
        self._plot.draw(found, pixels, np.array(chosen))
        for strip, first, count in ((self._real, 0, real), (self._synthetic, real, len(found.synthetic))):
            places = first + np.unique(np.linspace(0, count - 1, min(FILM_IMAGES, count)).astype(int)) if count else []
            strip.draw(pixels[places], [f"{distance:.3g}" for distance in found.distances[places]])
        step = f"Step {shown.request.step}. " if source.changes else ""
        name = source.classes[found.label]
        reach = found.distances[:real]
        self._text.object = (
            f"{step}{name}: real images are {reach.min():.3g} to {reach.max():.3g} from the root (√|K|·distance). "
            f"{_order_text(found.agreement)}"
        )
        self._ranks.object = _ranks_text(found)
        self._access.say(f"{self._text.object} {self._ranks.object}")

    def _clicked(self, position: int, add: bool) -> None:
        if self._shown is None:
            return
        found = self._shown.order
        selection, layout = self._session.selection, self._session.source.layout
        if position < len(found.real):
            sample = self._session.frame().sample
            if sample is not None:
                selection.click(add, real=int(sample.indices[found.real[position]]))
        else:
            image = int(found.synthetic[position - len(found.real)]) // layout.held
            selection.click(add, synthetic=layout.place(image))


def _order_text(agreement: float) -> str:
    """Whether the order of the real images means anything."""
    text = f"Other random networks order them with a rank correlation of {agreement:.2f}"
    if agreement < NOISE:
        return f"{text}: the order is within the noise of the network."
    return f"{text} (1: the same order)."


def _ranks_text(found: Hierarchy) -> str:
    """Where the synthetic images are among the real ones."""
    real, synthetic = found.distances[: len(found.real)], found.distances[len(found.real) :]
    if not len(synthetic):
        return "The class has no synthetic images."
    nearer = (real[None] < synthetic[:, None]).mean(axis=1)
    median = f"{100 * float(np.median(nearer)):.0f} %"
    return (
        f"Of the real images, {median} are nearer to the root than the median synthetic image "
        f"({100 * nearer.min():.0f} to {100 * nearer.max():.0f} % over the synthetic images). "
        "If synthetic images moved to the root, it would be near 0 %."
    )
