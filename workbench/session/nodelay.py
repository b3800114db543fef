"""What a server sends leaves at once."""

from functools import wraps
from typing import Any

from bokeh.server.views.ws import WSHandler


def send_at_once() -> None:
    """Has connections to browsers send without waiting for what was sent before to be acknowledged. Once a process.

    Bokeh 3.9 sends a message in many small pieces and leaves Nagle's algorithm on (RFC 896): it holds a piece back
    until the last one is acknowledged, and Linux delays that by 40 ms.
    """
    original = WSHandler.open

    @wraps(original)
    def open_(self: WSHandler, *arguments: Any, **options: Any) -> Any:
        self.set_nodelay(True)
        return original(self, *arguments, **options)

    WSHandler.open = open_
