"""The page's views in a notebook, live while a run goes on in a process of its own.

    from workbench.notebook import Curves, Disk, ImageWall, Workbench, fork, start, wait

    run = start(dataset="digits", steps=500)
    Workbench(run)

A cell shows the view that its last line makes; the view ends when the cell is cleared or run again. All views of a
kernel share the driver's seat. A saved notebook keeps what each showed when its cell was run.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import panel as pn
import panel_material_ui as pmui
from IPython.display import HTML, display
from panel.viewable import Viewable

from hdd.errors import HDDError
from hdd.runs.run import Run
from hdd.states import EngineState
from workbench import actions, browser, compat
from workbench.background import as_run, fork, start
from workbench.browser.link import Link
from workbench.compat import material_bundle
from workbench.compat.notebook_comm import NotebookPane
from workbench.controls.dialogs import Dialogs
from workbench.controls.runner import Runner, tell
from workbench.controls.steering import Steering
from workbench.core.frame import Frame, View
from workbench.core.projector import shared_projector
from workbench.core.run_source import source_of
from workbench.desk import Desk
from workbench.session import Session
from workbench.theme import THEME, Text
from workbench.views import curves, disk, image_wall
from workbench.views.timeline import Timeline

TAB = "notebook"
FIRST_SECONDS = 8.0
LOOK_SECONDS = 0.05
HEIGHT = 780

# Nothing is fetched from elsewhere, and a saved notebook shows its views without a server.
pn.extension(inline=True)
display(HTML(material_bundle.icon_font()))


__all__ = ["Curves", "Disk", "ImageWall", "Workbench", "fork", "start", "wait"]

_DESK = Desk()


def wait(run: Run | str | Path, step: int | None = None, seconds: float = 600.0) -> int:
    """Keeps the cell busy until a run has made so many steps; all views stay live meanwhile.

    Args:
        run: or its directory.
        step: to wait for; None waits for its end.
        seconds: to wait at most.

    Returns:
        The step at which the run stands.

    Raises:
        HDDError: the run ends before, or the time is up.
    """
    run, deadline = as_run(run), time.monotonic() + seconds
    while step is None or run.step < step:
        status = run.status()
        if not status.state.is_alive and status.state != EngineState.NEW:
            if step is None and status.state in (EngineState.FINISHED, EngineState.STOPPED):
                break
            raise HDDError(f"{run.path} is {status.state} at step {run.step}: {status.message}")
        if time.monotonic() > deadline:
            raise HDDError(f"{run.path} is {status.state} at step {run.step} after {seconds:g} seconds.")
        _DESK.work()
        time.sleep(LOOK_SECONDS)
    _DESK.work()
    return run.step


class Painted(Link):
    """Tells the kernel when its browser listens, that a frame was painted, and when the cell is cleared.

    Keys stay with the notebook.
    """

    _esm = browser.module(compat.HERE / "echoing_comm.js", "notebook_link.js")

    def __init__(self) -> None:
        super().__init__()
        self.tab = TAB


class _Session(Session):
    """Sends a frame as one message, and not each change on its own."""

    def __init__(self, run: Run, cell: "_Cell", link: Link) -> None:
        super().__init__(source_of(run.path), shared_projector(), link, _DESK)
        self._cell = cell

    def show(self, frame: Frame | None = None) -> None:
        """As `Session.show`."""
        with self._cell.changing():
            super().show(frame)

    def later(self, action: Callable[[], None], milliseconds: int) -> None:
        """As `Session.later`; what the action changes is sent."""

        def act() -> None:
            with self._cell.changing():
                action()

        super().later(act, milliseconds)


class _Cell(NotebookPane):
    """What a cell shows of a run: it lives from when it is displayed until it is gone from the notebook.

    Args:
        run: or its directory.
    """

    lively = False

    def __init__(self, run: Run | str | Path) -> None:
        super().__init__(_DESK.add_next_tick_callback, sizing_mode="stretch_width", margin=0)
        self._run = as_run(run)
        self._session: Session | None = None
        self._frame: Frame | None = None
        self._status = Text("", variant="caption", margin=(2, 10))

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        """Makes views of `session`, and lays them out."""
        raise NotImplementedError

    def update(self, frame: Frame) -> None:
        """Tells how the run stands."""
        self._frame = frame
        self._status.object = tell(frame)

    def fill(self) -> None:
        """Opens the session, and waits a while for what its views show."""
        _DESK.open()
        link = Painted()
        self._session = session = _Session(self._run, self, link)
        views, layout = self._build(session)
        session.views.extend([*views, self])
        self[:] = [self._status, layout, link]
        session.open()
        # A saved notebook keeps what is there now, and nothing later.
        deadline = time.monotonic() + FIRST_SECONDS
        while time.monotonic() < deadline and not self._complete():
            session.show()
            time.sleep(LOOK_SECONDS)
        session.refresh()
        session.show()

    def _complete(self) -> bool:
        """Whether there is something to see in every view."""
        frame = self._frame
        if frame is None or frame.state.problem is not None or frame.disk_problem is not None:
            return frame is not None
        points = [pane.object.select_one({"name": "real"}) for pane in self.select(pn.pane.Bokeh)]
        drawn = all(len(each.data_source.data["x"]) for each in points if each is not None)
        return drawn and frame.images is not None and not frame.state.reading

    def close(self) -> None:
        """Leaves nothing behind."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self.clear()

    def listens(self) -> None:
        """Shows a browser that has just come all there is."""
        self._session.refresh()

    def ended(self) -> None:
        """Leaves nothing behind."""
        self.close()


class ImageWall(_Cell):
    """The synthetic images."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        wall = image_wall.ImageWall(session)
        return [wall], _sized(wall, 460, theme_config=THEME)


class Disk(_Cell):
    """Real and synthetic features in the hyperbolic plane."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        view = disk.Disk(session)
        return [view], _sized(view, 560, theme_config=THEME)


class Curves(_Cell):
    """Loss, radii, and the shares of clamped features and of right answers, over the steps."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        view = curves.Curves(session)
        return [view], _sized(view, 300, theme_config=THEME)


class Workbench(_Cell):
    """All of them, with the timeline, and the controls that steer the run."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        runner = Runner(session)
        wall, points = image_wall.ImageWall(session), disk.Disk(session)
        lines = curves.Curves(session)
        steering = Steering(session)
        timeline = Timeline(session, self._ask_rewind, self._fork)
        self._dialogs = Dialogs()
        self._says = Text("", variant="caption", margin=(0, 18))
        controls = pmui.Column(runner, steering, width=270, height=HEIGHT, scroll="y", margin=0)
        pictures = pmui.Row(
            _sized(wall, 400, sizing_mode="fixed", width=350),
            _sized(points, 400),
            sizing_mode="stretch_width",
            margin=0,
        )
        figures = pmui.Column(pictures, _sized(lines, 270), timeline, self._says, sizing_mode="stretch_width", margin=0)
        layout = pmui.Row(controls, figures, self._dialogs, sizing_mode="stretch_width", theme_config=THEME)
        return [wall, points, lines, runner, steering, timeline], layout

    def _ask_rewind(self, step: int) -> None:
        self._dialogs.ask_rewind(self._run.step, step, lambda: self._rewind(step))

    def _rewind(self, step: int) -> None:
        try:
            actions.rewind(self._run.path, step, TAB)
            self._session.selection.step = None
        except (HDDError, OSError) as error:
            self._says.object = str(error)

    def _fork(self, step: int) -> None:
        try:
            self._says.object = f"The fork goes on: Workbench({str(fork(self._run, step).path)!r}) shows it."
        except (HDDError, OSError) as error:
            self._says.object = str(error)


def _sized(view: Any, height: int, **size: Any) -> pmui.Paper:
    return pmui.Paper(view, height=height, margin=4, **{"sizing_mode": "stretch_width", **size})
