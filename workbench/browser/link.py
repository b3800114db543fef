"""The link to a browser tab, which sends the key of the tab, acknowledges painted frames, and passes on pressed keys.

It also puts the name of the run into the tab's address. Panel could do so too, but it would add an entry to the browser
history for which the Back button has no effect.
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
    takes_keys = param.Boolean(True, doc="Whether the session gets the keys that are pressed on the page.")
    run = param.String("", doc="The run's name, which the address contains, so that a reload or a link shows it again.")

    _esm = browser.module(*compat.PAGE, "keys.js", "link.js")

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)
        self.tab = ""
        self.listener: Callable[[dict[str, Any]], None] | None = None
        self.on_msg(self._heard)

    def copy(self, text: str) -> None:
        """Puts a text on the browser's clipboard, if the browser allows that."""
        self._send_msg({"copy": text})

    def _heard(self, event: Any) -> None:
        message = event.data
        if "tab" in message:
            self.tab = str(message["tab"])[:64]
        if self.listener is not None:
            self.listener(message)
