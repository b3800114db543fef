"""The output of a cell that shows views of a run, until the output is removed from the notebook."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import panel as pn
from panel.viewable import Viewable

from hdd.runs.run import Run
from workbench.browser.link import Link
from workbench.compat.notebook_comm import NotebookPane
from workbench.controls.runner import status_text
from workbench.core.frame import Frame, Selection, View
from workbench.core.projector import shared_projector
from workbench.core.run_source import source_of
from workbench.notebook.background import LOOK_SECONDS, as_run
from workbench.notebook.link import WHO, NotebookLink
from workbench.notebook.main_thread_queue import main_thread
from workbench.session import Session
from workbench.theme import Notice, Text

FIRST_SECONDS = 8.0
"""How long a cell waits at most until its views show something, so that a saved notebook shows it too."""


STILL_IN = {
    "VSCODE_PID": "VS Code",
    "VSCODE_CWD": "VS Code",
    "VSCODE_IPC_HOOK_CLI": "VS Code",
    "COLAB_RELEASE_TAG": "Colab",
    "KAGGLE_KERNEL_RUN_TYPE": "Kaggle",
    "DATABRICKS_RUNTIME_VERSION": "Databricks",
}
"""Notebooks in which views get no messages of Panel, by a variable of the environment that they set."""

KEPT = sorted(set(Selection.param) - {"name"})
"""The parameters of a selection."""


def _still_in() -> str:
    """The notebook in which views stand still, "" if this is no such one."""
    return next((name for variable, name in STILL_IN.items() if variable in os.environ), "")


class CellSession(Session):
    """A session that sends all changes of a frame in one message."""

    def __init__(self, run: Run, cell: "Cell", link: Link) -> None:
        super().__init__(source_of(run.path), shared_projector(), link, main_thread, who=WHO)
        self._cell = cell

    def show(self, frame: Frame | None = None) -> None:
        """As `Session.show`."""
        with self._cell.changing():
            super().show(frame)

    def later(self, action: Callable[[], None], milliseconds: int) -> None:
        """As `Session.later`; the changes that the action makes are sent in one message."""

        def act() -> None:
            with self._cell.changing():
                action()

        super().later(act, milliseconds)


class Cell(NotebookPane):
    """The output of a cell that shows views of a run; its session ends when the output is removed from the notebook.

    Args:
        run: the run or its directory.

    Attributes:
        selection: what the cell looks at. `selection.synthetic` are the selected synthetic images, as (class, index),
            and `selection.real` the real ones, as indices into the training images. Both can also be set.
    """

    lively = False

    def __init__(self, run: Run | str | Path) -> None:
        super().__init__(main_thread.add_next_tick_callback, sizing_mode="stretch_width", margin=0)
        self._run = as_run(run)
        self._session: Session | None = None
        self._frame: Frame | None = None
        self.selection = Selection()
        self._status = Text("", variant="caption", margin=(2, 10))
        self._still = Notice(
            object=f"This view stands still here, because {_still_in()} does not pass on what the kernel sends. Run "
            "the cell again to see the newest step, or open the notebook in JupyterLab, where views are live.",
            severity="info",
            sizing_mode="stretch_width",
            margin=(2, 10),
        )

    def _build(self, session: Session) -> tuple[list[View], Viewable]:
        """Makes the views of `session`, and the layout that holds them."""
        raise NotImplementedError

    def update(self, frame: Frame) -> None:
        """Shows the status of the run."""
        self._frame = frame
        self._status.object = status_text(frame)

    def fill(self) -> None:
        """Opens the session, and waits for a while until its views show something."""
        main_thread.open()
        link = NotebookLink()
        self._session = session = CellSession(self._run, self, link)
        # What was chosen before, in code or in an output that is gone, is chosen here too.
        session.selection.param.update(**{name: getattr(self.selection, name) for name in KEPT})
        self.selection = session.selection
        views, layout = self._build(session)
        session.views.extend([*views, self])
        # JupyterLab can also have been started in a terminal of VS Code; it will say that it listens.
        self[:] = [self._status, *([self._still] if _still_in() else []), layout, link]
        session.open()
        # A saved notebook keeps only what the views show when this function returns.
        deadline = time.monotonic() + FIRST_SECONDS
        while time.monotonic() < deadline and not self._complete():
            session.show()
            time.sleep(LOOK_SECONDS)
        session.refresh()
        session.show()

    def _complete(self) -> bool:
        """Whether every view shows something, or there is a problem because of which it never will."""
        frame = self._frame
        if frame is None or frame.state.problem is not None or frame.disk_problem is not None:
            return frame is not None
        plots = [pane.object for pane in self.select(pn.pane.Bokeh)]  # pyright: ignore[reportAttributeAccessIssue]
        points = [plot.select_one({"name": "real"}) for plot in plots]
        drawn = all(len(each.data_source.data["x"]) for each in points if each is not None)
        return drawn and frame.images is not None and not frame.state.reading

    def close(self) -> None:
        """Closes the session, and removes the views."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self.clear()

    def on_listening(self) -> None:
        """Shows everything to a browser that listens."""
        if self._session is not None:
            if self._still in self:
                with self.changing():
                    self.remove(self._still)
            self._session.refresh()

    def on_ended(self) -> None:
        """Closes the session when no output shows the cell any more."""
        self.close()
