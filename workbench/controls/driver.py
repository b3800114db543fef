"""Who steers, in the app bar."""

import panel_material_ui as pmui

from workbench.session import Session
from workbench.theme import HIDDEN, Text, show


class SeatButton:
    """Says who steers, and passes the seat on.

    Attributes:
        panel: what to put on a page.
    """

    def __init__(self) -> None:
        self._session: Session | None = None
        self._says = Text("", variant="body2", margin=(14, 4))
        self._button = pmui.Button(
            label="", size="small", variant="outlined", color="default", margin=(10, 8), sx=HIDDEN
        )
        self._button.on_click(lambda _: self._clicked())
        self.panel = pmui.Row(self._says, self._button, margin=0)

    def show(self, session: Session) -> None:
        """Brings it up to date."""
        self._session = session
        lease, tabs = session.source.lease, session.source.tabs()
        others = len(tabs) - 1
        watching = f", {others} watching" if others > 0 else ""
        if session.drives:
            self._says.object = f"You steer{watching}"
            self._button.label = "Pass the seat"
            show(self._button, others > 0)
        else:
            free = lease.driver is None
            self._says.object = "Nobody steers" if free else "You are watching"
            self._button.label = "Take the seat"
            show(self._button, free)

    def _clicked(self) -> None:
        session = self._session
        lease, tabs = session.source.lease, session.source.tabs()
        if session.drives:
            later = tabs[tabs.index(session.tab) + 1 :] + tabs[: tabs.index(session.tab)]
            lease.leave(session.tab, to=later[0] if later else None)
        else:
            lease.take(session.tab)
        session.source.wake_all()
