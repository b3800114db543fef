"""The base classes of all views and controls, which can be put wherever Panel takes an object."""

from typing import ClassVar

import panel as pn
from panel.viewable import Viewable

from hdd.errors import HDDError
from workbench.core.frame import Frame, Selection
from workbench.core.run_source import RunSource
from workbench.embedded_session import EmbeddedSession, Shown, as_source
from workbench.session import Session


class Component(pn.viewable.Viewer):
    """Something that Panel can show. A subclass sets `_panel` to the Panel object that is shown."""

    _panel: Viewable

    def __panel__(self) -> Viewable:
        """The Panel object that is shown."""
        return self._panel


class SourceComponent(Component):
    """A view or control of a source. On the page it belongs to the page's session; it can also stand alone, as in

        pn.Column(Disk("runs/digits"), ImageWall("runs/digits")).servable()

    Then it has a session of its own, which begins when a browser shows it and ends with the browser's document. So make
    the component in the code that makes the app, which runs once for each visitor.

    Args:
        shown: the session of the page, or what to show: a source, a run, or the directory of a run.

    Raises:
        HDDError: there is no run in that directory, or the component needs a run but was given a set.
    """

    lively: bool = False
    """Whether it shows every frame; otherwise only full ones."""
    needs_run: ClassVar[bool] = False
    """Whether it can only show a run, and not a set."""

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__()
        session = shown if isinstance(shown, Session) else EmbeddedSession(as_source(shown), self)
        if self.needs_run and not isinstance(session.source, RunSource):
            raise HDDError(
                f"{type(self).__name__} shows a run, but {session.source.name} is a set without a run: "
                "give a run, or its directory."
            )
        self._session = session

    def __panel__(self) -> Viewable:
        """The Panel object that is shown; where the component stands alone, together with its link to the browser."""
        if not isinstance(self._session, EmbeddedSession):
            return self._panel
        return pn.Column(self._session.link, self._panel, sizing_mode=self._panel.sizing_mode, margin=0)

    def hide(self) -> None:
        """Called when the tab with the view is no longer shown; it is shown again by the next frame.

        A view that costs something while nobody sees it stops that here.
        """

    @property
    def selection(self) -> Selection:
        """What the view's session looks at: selected images, classes, step and more. It can be read, and set."""
        return self._session.selection

    def update(self, frame: Frame) -> None:
        """Shows a frame; called while the document is held, so that all changes are sent together."""
        raise NotImplementedError
