"""The frame that all views of a session show at one moment, and the selection that decides what it holds."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import param

from hdd.projection import VIEWS
from hdd.pruning.mask import Mask
from hdd.settings import Settings
from workbench.core.disk_requests import DrawnDisk
from workbench.core.projector import Sample
from workbench.core.run_source import RunState
from workbench.core.source import SourceState, StepImages

COLOR_BY = ("class", "radius", "distance", "kept", "nearest", "loss")
"""What the points of the disk can be coloured by; see `workbench.views.point_colors`."""

Place = tuple[int, int]
"""Class of a synthetic image, and its number within that class, from 0."""


Image = TypeVar("Image")


class Selection(param.Parameterized):
    """What a session looks at; all its views share it."""

    step = param.Integer(None, allow_None=True, doc="The step that is shown; None follows the run.")
    synthetic: list[Place] = param.List([], doc="(class, index) of each selected synthetic image.")  # pyright: ignore[reportAssignmentType]
    real: list[int] = param.List([], doc="The selected real images, as indices into the data set's training images.")  # pyright: ignore[reportAssignmentType]
    classes = param.List([], doc="The names of the classes that the disk shows; an empty list shows all.")
    highlighted = param.Integer(
        None, allow_None=True, doc="The class that the pointer is on in a legend, None if none."
    )
    color_by: param.Selector[str] = param.Selector(default="class", objects=list(COLOR_BY), doc="What colours mean.")
    view: param.Selector[str] = param.Selector(default=next(iter(VIEWS)), objects=list(VIEWS), doc="The disk's view.")
    network: param.Selector[str] = param.Selector(
        default="random", objects=["random", "trained"], doc="The network through which the disk looks at images."
    )
    compared = param.String("", doc='Name of the run with which the shown one is compared; "" if none is chosen.')
    figure = param.String("", doc='Name of the figure of the playground that is shown; "" is the first.')
    centred = param.Boolean(False, doc="Whether the disk shows features less the mean of the real ones in any case.")

    @property
    def image(self) -> Place | None:
        """The synthetic image if it alone is selected, else None. Setting it selects it alone, or nothing."""
        return self.synthetic[0] if self.count == 1 and self.synthetic else None

    @image.setter
    def image(self, place: Place | None) -> None:
        self.choose(synthetic=[] if place is None else [place])

    @property
    def count(self) -> int:
        """The number of selected images."""
        return len(self.synthetic) + len(self.real)

    def choose(self, synthetic: list[Place] | None = None, real: list[int] | None = None) -> None:
        """Selects these images and no others."""
        self.param.update(synthetic=list(synthetic or ()), real=list(real or ()))

    def click(self, add: bool, synthetic: Place | None = None, real: int | None = None) -> None:
        """Does what a click on one image does: selects it alone, or nothing if it alone was selected.

        Args:
            add: whether it joins those that are selected, or leaves them if it is one of them.
            synthetic: the synthetic image.
            real: the real image.
        """
        if add:
            self.choose(_toggled(self.synthetic, synthetic), _toggled(self.real, real))
            return
        clicked = [] if synthetic is None else [synthetic], [] if real is None else [real]
        if clicked == (self.synthetic, self.real):
            self.clear()
        else:
            self.choose(*clicked)

    def clear(self) -> None:
        """Selects nothing."""
        self.choose()


def _toggled(images: list[Image], image: Image | None) -> list[Image]:
    """The images with one more, or without it if it is one of them."""
    if image is None:
        return images
    return [each for each in images if each != image] if image in images else [*images, image]


@dataclass(frozen=True, eq=False)
class Frame:
    """All that the views of a session show at one moment.

    Attributes:
        state: of the source.
        step: the step that is shown.
        live: whether the session follows the newest step.
        settings: in force at `step`, None for a set.
        mask: which of the images are kept, (M,) in the order of the source's layout.
        images: (M, channels, H, W) float32, normalised, in the order of the source's layout; None until they are read.
        image_step: the step of these images: the nearest one up to `step` whose images are known.
        disk: the newest disk that is ready, None before the first.
        disk_problem: why the disk could not be drawn, None if it could.
        sample: the real images that are drawn, None until they are known.
        full: whether texts and curves are to be updated too, and not only pictures.
        disk_learning: what is trained before the disk can be drawn as chosen, in words; "" if nothing is.
    """

    state: SourceState
    step: int
    live: bool
    settings: Settings | None
    mask: Mask
    images: np.ndarray | None
    image_step: int
    disk: DrawnDisk | None
    disk_problem: str | None
    sample: Sample | None
    full: bool
    disk_learning: str = ""

    @property
    def run_state(self) -> RunState:
        """The state of the source, for what needs a run."""
        assert isinstance(self.state, RunState), "a set has no run"
        return self.state

    @property
    def run_settings(self) -> Settings:
        """The settings in force at `step`, for what needs a run."""
        assert self.settings is not None, "a set has no run"
        return self.settings


class View(Protocol):
    """A part of a page that shows frames."""

    lively: bool
    """Whether it shows every frame; otherwise only full ones."""

    def update(self, frame: Frame) -> None:
        """Shows a frame; called while the document is held, so that all changes are sent together."""
        ...


def shown_step(state: SourceState, selected: int | None) -> int:
    """The step that is shown if `selected` is chosen; None follows the newest step."""
    return state.step if selected is None else min(selected, state.step)


def nearest_images(state: SourceState, step: int) -> StepImages | int | None:
    """The newest images up to `step`: those of the live frame, or the kept step from which to read them.

    None if there are no such images.
    """
    kept = max((each for each in state.kept if each <= step), default=None)
    live = state.live
    if live is not None and (kept or 0) <= live.step <= step:
        return live
    return kept
