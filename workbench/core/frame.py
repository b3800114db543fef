"""All that views show at one moment, and what a session looks at."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import param

from hdd.projection import VIEWS
from hdd.settings import Settings
from workbench.core.disk_requests import DrawnDisk
from workbench.core.projector import Sample
from workbench.core.run_source import RunState
from workbench.core.source import SourceState, StepImages


class Selection(param.Parameterized):
    """What this session looks at; one for all its views."""

    step = param.Integer(None, allow_None=True, doc="Step that is shown; None follows the run.")
    image = param.Tuple(None, length=2, allow_None=True, doc="(class, index) of the selected synthetic image.")
    classes = param.List([], doc="Classes that the disk shows; empty is all.")
    view: param.Selector[str] = param.Selector(default="radius", objects=list(VIEWS), doc="Projection of the disk.")


@dataclass(frozen=True, eq=False)
class Frame:
    """All that views show at one moment.

    Attributes:
        state: of the source.
        step: that is looked at.
        live: whether that is the newest.
        settings: in force at `step`, None of a set.
        images: (M, channels, H, W) float32, normalised, in the order of the source's layout; None until they are read.
        image_step: whose images they are: the nearest kept step not after `step`.
        disk: newest one that is ready, None before the first.
        disk_problem: why there is none, None if nothing is wrong.
        sample: real images that are drawn, None until they are known.
        full: whether words and curves are due too, and not only pictures.
    """

    state: SourceState
    step: int
    live: bool
    settings: Settings | None
    images: np.ndarray | None
    image_step: int
    disk: DrawnDisk | None
    disk_problem: str | None
    sample: Sample | None
    full: bool

    @property
    def run_state(self) -> RunState:
        """The state of the source, for what needs a run."""
        assert isinstance(self.state, RunState), "a set has no run"
        return self.state


class View(Protocol):
    """A part of a page that shows frames."""

    lively: ClassVar[bool]
    """Whether it shows every frame, and not only full ones."""

    def update(self, frame: Frame) -> None:
        """Brings the view up to date; called with the document held."""
        ...


def shown_step(state: SourceState, selected: int | None) -> int:
    """The step that is looked at where `selected` was chosen, None to follow the newest."""
    return state.step if selected is None else min(selected, state.step)


def nearest_images(state: SourceState, step: int) -> StepImages | int | None:
    """The newest images that are not after `step`: those of the live frame, or the kept step to read them from.

    None where there are none.
    """
    kept = max((each for each in state.kept if each <= step), default=None)
    live = state.live
    if live is not None and (kept or 0) <= live.step <= step:
        return live
    return kept
