"""The line to one browser tab: it says which tab it is, acknowledges frames once painted, and passes on keys.

It also names the run in the tab's address; Panel's own way would make an entry of the history that Back does not undo.
"""

from collections.abc import Callable
from typing import Any

import param
from panel.custom import JSComponent

from workbench import browser, compat


class Link(JSComponent):
    """An invisible component, one a page.

    Attributes:
        listener: gets {"tab": key}, {"painted": frame} and {"key": name}.
        tab: key of the tab, "" until it has said so.
    """

    frame = param.Integer(0, doc="Number of the newest frame that was sent.")
    takes_keys = param.Boolean(True, doc="Whether the keys of the page are for this session.")
    run = param.String("", doc="Name of the run, which the address tells, so that a reload or a link shows it again.")

    _esm = browser.module(*compat.PAGE, "keys.js", "link.js")

    def __init__(self, **params: Any) -> None:
        super().__init__(width=0, height=0, margin=0, **params)
        self.tab = ""
        self.listener: Callable[[dict[str, Any]], None] | None = None
        self.on_msg(self._heard)

    def copy(self, text: str) -> None:
        """Puts a text on the browser's clipboard, if it lets a page do so."""
        self._send_msg({"copy": text})

    def _heard(self, event: Any) -> None:
        message = event.data
        if "tab" in message:
            self.tab = str(message["tab"])[:64]
        if self.listener is not None:
            self.listener(message)
