"""The session of a view that stands alone, in a page that somebody else makes."""

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
"""What a view can show; a path is the directory of a run."""


class EmbeddedSession(Session):
    """A session that begins when a browser shows the view, and ends with the browser's document.

    Args:
        source: what is shown.
        view: the view that shows it.

    Attributes:
        link: the link to the browser, which must be on the page beside the view.
    """

    def __init__(self, source: Source, view: View) -> None:
        # The page belongs to somebody else, and so do its keys and its address.
        self.link = Link(owns_page=False)
        super().__init__(source, shared_projector(), self.link, None)
        self.views.append(view)

    def _heard(self, message: dict[str, Any]) -> None:
        if "tab" in message and self._calls.is_closed:
            document = pn.state.curdoc
            assert document is not None
            self._calls.open(document)
            document.on_session_destroyed(lambda _: self.close())
        super()._heard(message)


def as_source(shown: Shown) -> Source:
    """The source of what a view is to show.

    Raises:
        HDDError: there is no run in the directory.
    """
    if isinstance(shown, Run):
        return source_of(shown.path)
    return source_of(Path(shown)) if isinstance(shown, str | Path) else shown
