"""A second session in the document of a page, to show another source beside the page's own."""

from typing import Any

from workbench.browser.link import Link
from workbench.core.frame import Selection
from workbench.core.source import Source
from workbench.session import Session


class Companion(Session):
    """A session that only watches, and is closed together with the session that it accompanies.

    Args:
        session: the session of the page.
        source: what is shown beside it.
        selection: what it looks at; the two may share one.

    Attributes:
        link: the link to the browser, which must be on the page.
    """

    def __init__(self, session: Session, source: Source, selection: Selection) -> None:
        self.link = Link(owns_page=False)
        super().__init__(source, session.projector, self.link, session.document, selection)
        session.companions.append(self)

    @property
    def drives(self) -> bool:
        """Never: whoever looks at a run beside another does not take control of it."""
        return False

    def open(self) -> None:
        """Joins the source without a tab, so that it does not become the driver."""
        self.source.join(self, "", self.wake)

    def _heard(self, message: dict[str, Any]) -> None:
        if "tab" in message:
            self.tab = self.link.tab
            self.wake()
        else:
            super()._heard(message)
