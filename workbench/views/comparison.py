"""Two runs side by side at the same step: walls, disks and curves, and the difference of the images."""

import sqlite3
from collections.abc import Callable
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from workbench.companion import Companion
from workbench.component import SourceComponent
from workbench.core.frame import Frame, Selection
from workbench.core.run_source import RunSource, source_of
from workbench.embedded_session import Shown
from workbench.run_names import run_directory
from workbench.session import Session
from workbench.tabs.base import ShowRun, pane
from workbench.theme import Text
from workbench.views.curves import Curves
from workbench.views.disk import Disk
from workbench.views.image_difference import ImageDifference
from workbench.views.image_wall import ImageWall

LEAST_HEIGHT = 220
"""Of a row; what does not fit is scrolled to."""
CHOOSE = (
    "Choose a run to compare with {name}. Both follow the timeline below; forks of one run have their steps in common."
)


class _Passing:
    """A view that passes frames on."""

    lively = True

    def __init__(self, take: Callable[[Frame], None]) -> None:
        self._take = take

    def update(self, frame: Frame) -> None:
        self._take(frame)


class Comparison(SourceComponent):
    """The run of the page on the left, and the run `Selection.compared` on the right.

    Args:
        shown: see `SourceComponent`.
        run_names: lists the runs of the folder.
        show_run: shows another run on the page.
    """

    lively = True
    needs_run = True

    def __init__(self, shown: Session | Shown, run_names: Callable[[], list[str]], show_run: ShowRun) -> None:
        super().__init__(shown)
        self._run_names = run_names
        self._companion: Companion | None = None
        self._name = ""
        self._watcher: Any = None
        self._own: list[SourceComponent] = []
        run = self._session.run_source.run.path
        self._folder, own = run.parent, run.name
        self._select = pmui.Select(
            label="Compare with", options=[""], value="", size="small", width=320, margin=(6, 10)
        )
        self._select.param.watch(lambda event: self._session.selection.param.update(compared=event.new or ""), "value")
        self._swap = pmui.Button(
            label="Swap", icon="swap_horiz", size="small", variant="outlined", disabled=True, margin=(10, 4)
        )
        self._swap.on_click(lambda _: show_run(self._name, "compare", own))
        self._text = Text(CHOOSE.format(name=own), variant="body2", margin=(14, 10))
        self._place = pn.Column(sizing_mode="stretch_both", margin=0)
        self._panel = pn.Column(
            pn.Row(self._select, self._swap, self._text, sizing_mode="stretch_width"),
            self._place,
            sizing_mode="stretch_both",
            margin=0,
            styles={"overflow-y": "auto"},
        )

    def update(self, frame: Frame) -> None:
        """Shows the run that is chosen beside the page's, and brings the views of the page's run up to date."""
        own = self._session.run_source.run.path.name
        names = ["", *(name for name in self._run_names() if name != own)]
        chosen: Any = self._session.selection.compared
        if names != self._select.options:
            self._select.options = names
        if chosen in names and self._select.value != chosen:
            self._select.value = chosen
        if chosen != self._name and (chosen in names):
            self._compare_with(chosen)
        for view in self._own:
            if frame.full or view.lively:
                view.update(frame)

    def hide(self) -> None:
        """Stops to follow the other run."""
        self._own = []
        self._name = ""
        self._place[:] = []
        if self._companion is not None:
            self._session.companions.remove(self._companion)
            self._companion.close()
            self._companion = None
        if self._watcher is not None:
            self._session.selection.param.unwatch(self._watcher)
            self._watcher = None

    def _compare_with(self, name: str) -> None:
        self.hide()
        self._name = name
        self._swap.disabled = not name
        session = self._session
        if not name:
            self._text.object = CHOOSE.format(name=session.source.name)
            return
        try:
            source = source_of(run_directory(self._folder, name))
        except (HDDError, OSError, sqlite3.Error) as error:
            self._text.object = str(error)
            return
        alike = _are_alike(session.run_source, source)
        selection = session.selection if alike else self._linked()
        other = self._companion = Companion(session, source, selection)
        other.open()
        walls, disks = (ImageWall(session), ImageWall(other)), (Disk(session), Disk(other))
        curves = Curves(session, self._run_names, [name])
        self._own = [walls[0], disks[0], curves]
        middle = []
        if alike:
            differences = ImageDifference(session, other)
            self._own.append(differences)
            middle = [differences]
            other.views.append(_Passing(differences.take))
        for view in (walls[1], disks[1]):
            other.add(view)
        self._text.object = f"Left: {session.source.name}. Right: {name}." + (
            "" if alike else " Their classes or images per class differ, so only the step is shared."
        )
        self._place[:] = [other.link, _row(walls[0], *middle, walls[1]), _row(disks[0], curves, disks[1])]

    def _linked(self) -> Selection:
        """A selection of its own that follows the step of the page's."""
        own = self._session.selection
        selection = Selection(step=own.step)
        self._watcher = own.param.watch(lambda event: selection.param.update(step=event.new), "step")
        return selection


def _row(*views: SourceComponent) -> pn.Row:
    places = [pane(sizing_mode="stretch_both") for _ in views]
    for place, view in zip(places, views, strict=True):
        place[:] = [view]
    return pn.Row(*places, sizing_mode="stretch_both", min_height=LEAST_HEIGHT, margin=0)


def _are_alike(one: RunSource, other: RunSource) -> bool:
    """Whether two runs have the same classes, and as many images of each, of the same size."""
    return (
        one.classes == other.classes
        and np.array_equal(one.layout.labels, other.layout.labels)
        and one.initial_settings.dataset == other.initial_settings.dataset
        and one.initial_settings.image_size == other.initial_settings.image_size
    )
