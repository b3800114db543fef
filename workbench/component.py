"""What every view and control of the workbench is to Panel: something that goes wherever Panel takes an object."""

from typing import ClassVar

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from hdd.errors import HDDError
from workbench.core.frame import Frame
from workbench.core.run_source import RunSource
from workbench.embedded_session import EmbeddedSession, Shown, as_source
from workbench.session import Session


class Component(pn.viewable.Viewer):
    """Subclasses set `_panel` to what is shown."""

    _panel: Viewable

    def __panel__(self) -> Viewable:
        """What is shown."""
        return self._panel


class SourceComponent(Component):
    """A view or control of a source. On the page it is one of its session's views; it also stands alone, as in

        pn.Column(Disk("runs/digits"), ImageWall("runs/digits")).servable()

    Then it has a session of its own, which begins when a browser shows it and ends with the browser's document; so make
    it where the app is made, once for each visitor.

    Args:
        shown: the page's session, or what is to be shown: a source, a run, or the directory of one.

    Raises:
        HDDError: there is no run in that directory, or the component needs a run and was given a set without one.
    """

    lively: ClassVar[bool] = False
    """Whether it shows every frame, and not only full ones."""
    needs_run: ClassVar[bool] = False
    """Whether there is nothing to show of a set without a run."""

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__()
        session = shown if isinstance(shown, Session) else EmbeddedSession(as_source(shown), self)
        if self.needs_run and not isinstance(session.source, RunSource):
            raise HDDError(
                f"{type(self).__name__} shows a run, and {session.source.name} is a set without one: "
                "give a run, or its directory."
            )
        self._session = session

    def __panel__(self) -> Viewable:
        """What is shown; alone, with the line to the browser."""
        if not isinstance(self._session, EmbeddedSession):
            return self._panel
        return pmui.Column(self._session.link, self._panel, sizing_mode=self._panel.sizing_mode, margin=0)

    def update(self, frame: Frame) -> None:
        """Brings it up to date; called with the document held."""
        raise NotImplementedError
