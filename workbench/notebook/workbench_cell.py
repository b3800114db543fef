"""The cell with all views, the timeline, and the controls of the run."""

from functools import partial

import panel_material_ui as pmui
from panel.viewable import Viewable

from hdd.errors import HDDError
from workbench import actions
from workbench.controls.dialogs import Dialogs
from workbench.controls.evaluator import Evaluator
from workbench.controls.runner import Runner
from workbench.controls.steering import Steering
from workbench.core.frame import View
from workbench.notebook.background import fork
from workbench.notebook.cell import Cell
from workbench.notebook.link import WHO
from workbench.notebook.views import card
from workbench.session import Session
from workbench.theme import THEME, Text
from workbench.views.curves import Curves
from workbench.views.disk import Disk
from workbench.views.image_wall import ImageWall
from workbench.views.timeline import Timeline

HEIGHT = 780


class WorkbenchCell(Cell):
    """All views, the timeline, and the controls of the run."""

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        runner, evaluator = Runner(session), Evaluator(session)
        wall, points = ImageWall(session), Disk(session)
        lines = Curves(session)
        steering = Steering(session)
        timeline = Timeline(session, partial(self._ask_rewind, session), self._fork)
        self._dialogs = Dialogs()
        self._text = Text("", variant="caption", margin=(0, 18))
        controls = pmui.Column(runner, evaluator, steering, width=270, height=HEIGHT, scroll="y", margin=0)
        pictures = pmui.Row(
            card(wall, 400, sizing_mode="fixed", width=350),
            card(points, 400),
            sizing_mode="stretch_width",
            margin=0,
        )
        figures = pmui.Column(pictures, card(lines, 270), timeline, self._text, sizing_mode="stretch_width", margin=0)
        layout = pmui.Row(controls, figures, self._dialogs, sizing_mode="stretch_width", theme_config=THEME)
        return [wall, points, lines, runner, evaluator, steering, timeline], layout

    def _ask_rewind(self, session: Session, step: int) -> None:
        self._dialogs.ask_rewind(self._run.step, step, lambda: self._rewind(session, step))

    def _rewind(self, session: Session, step: int) -> None:
        try:
            actions.rewind(self._run.path, step, WHO)
            session.selection.step = None
        except (HDDError, OSError) as error:
            self._text.object = str(error)

    def _fork(self, step: int) -> None:
        try:
            self._text.object = f"The fork is running: Workbench({str(fork(self._run, step).path)!r}) shows it."
        except (HDDError, OSError) as error:
            self._text.object = str(error)
