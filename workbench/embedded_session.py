"""The session of a view that stands in somebody else's page."""

from pathlib import Path
from typing import Any

import panel as pn

from hdd.runs.run import Run
from workbench.browser.link import Link
from workbench.core.frame import View
from workbench.core.projector import shared_projector
from workbench.core.run_source import source_of
from workbench.core.source import Source
from workbench.session import Session

Shown = Source | Run | Path | str
"""What a view can be given to show; a path is that of a run's directory."""


class EmbeddedSession(Session):
    """Begins when a browser shows the view, and ends with the browser's document.

    Args:
        source: of what is shown.
        view: that shows it.

    Attributes:
        link: to the browser, to be put beside the view.
    """

    def __init__(self, source: Source, view: View) -> None:
        # The keys of the page are for those who made it.
        self.link = Link(takes_keys=False)
        super().__init__(source, shared_projector(), self.link, None)
        self.views.append(view)

    def _heard(self, message: dict[str, Any]) -> None:
        if "tab" in message and self._calls.is_closed:
            document = pn.state.curdoc
            self._calls.open(document)
            document.on_session_destroyed(lambda _: self.close())
        super()._heard(message)


def as_source(shown: Shown) -> Source:
    """The source of what a view was given.

    Raises:
        HDDError: there is no run in a directory.
    """
    if isinstance(shown, Run):
        return source_of(shown.path)
    return source_of(Path(shown)) if isinstance(shown, str | Path) else shown
