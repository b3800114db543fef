"""The link to a browser tab, which sends the key of the tab, acknowledges painted frames, and passes on pressed keys.

It also keeps the address of the tab up to date. Panel could do so too, but it would add an entry to the browser history
for which the Back button has no effect. While the server does not answer, it says so and covers the page.
"""

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from workbench import browser, compat


class Link(JSComponent):
    """An invisible component, of which each page has one.

    Attributes:
        listener: called with each message: {"tab": key}, {"painted": frame} or {"key": name}.
        tab: key of the tab, "" until the browser has sent it.
    """

    frame = param.Integer(0, doc="The number of the newest frame that was sent.")
    owns_page = param.Boolean(
        True, doc="Whether the page is the session's own, so that keys and address are too, and it may be reloaded."
    )
    names = param.List([], doc="The names in the address's query that `query` sets or removes.")
    colors = param.String("", doc="The colours that the user has chosen, light or dark, for the browser to remember.")
    query = param.List([], doc="(name, value) of what the address is to show.")

    _esm = browser.module(*compat.PAGE, "download.js", "keys.js", "panes.js", "outage.js", "link.js")

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
        self.tab = ""
        self._awaiting: list[Callable[[], None]] = []
        self.listener: Callable[[dict[str, Any]], None] | None = None
        self.on_msg(self._heard)

    def once_there(self, action: Callable[[], None]) -> None:
        """Calls `action` once the browser has sent the key of its tab, before which it misses what changes."""
        if self.tab:
            action()
        else:
            self._awaiting.append(action)

    def copy(self, text: str) -> None:
        """Puts a text on the browser's clipboard, if the browser allows that."""
        self._send_msg({"copy": text})

    def save(self, name: str, data: bytes) -> None:
        """Hands a file to the user, as a download of that name."""
        self._send_msg({"save": name, "data": data})

    def _heard(self, event: Any) -> None:
        message = event.data
        if "tab" in message:
            self.tab = str(message["tab"])[:64]
            while self._awaiting:
                self._awaiting.pop()()
        if self.listener is not None:
            self.listener(message)
