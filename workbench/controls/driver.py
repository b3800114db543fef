"""Who is in control of the run, shown in the app bar."""

import panel_material_ui as pmui

from workbench.component import SourceComponent
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.theme import HIDDEN, Text, show


class DriverButton(SourceComponent):
    """Says who is in control, with a button that takes control or hands it over.

    Args:
        shown: see `SourceComponent`.
    """

    needs_run = True

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        self._text = Text("", variant="body2", margin=(14, 4))
        self._button = pmui.Button(
            label="", size="small", variant="outlined", color="default", margin=(10, 8), sx=HIDDEN
        )
        self._button.on_click(lambda _: self._clicked())
        self._panel = pmui.Row(self._text, self._button, margin=0)

    def update(self, frame: Frame) -> None:
        """Shows who is in control now."""
        session = self._session
        lease, tabs = session.run_source.lease, session.source.tabs()
        others = len(tabs) - 1
        watching = f", {others} watching" if others > 0 else ""
        if session.drives:
            self._text.object = f"You are in control{watching}"
            self._button.label = "Hand over control" if others > 0 else "Release control"
            show(self._button, True)
        else:
            holder, may = lease.holder, session.may_change and not session.run_source.run.read_only
            told = "No one is in control" if holder is None else f"You are watching {holder.who or 'another tab'}"
            self._text.object = told if may else "Only to look at"
            self._button.label = "Take control"
            show(self._button, may and holder is None)

    def _clicked(self) -> None:
        session = self._session
        lease, tabs = session.run_source.lease, session.source.tabs()
        if session.drives:
            later = tabs[tabs.index(session.tab) + 1 :] + tabs[: tabs.index(session.tab)]
            to = later[0] if later else None
            lease.leave(session.tab, to, "" if to is None else session.run_source.audience.who_is(to))
        elif session.may_change:
            lease.take(session.tab, session.who)
        session.run_source.audience.wake()
