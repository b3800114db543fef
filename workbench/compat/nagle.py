"""Messages to a browser are sent immediately.

Cause: Bokeh sends a message in many small pieces and leaves Nagle's algorithm on (RFC 896), which holds a piece back
    until the one before is acknowledged; Linux delays that by 40 ms.
Upstream: not reported; `WSHandler.open` in
    https://github.com/bokeh/bokeh/blob/3.9.2/src/bokeh/server/views/ws.py
Needed for: bokeh >=3.9.2,<=3.9.2
Without it: the effect of a slider, and each frame, comes up to 40 ms later.
"""

from functools import wraps
from typing import Any

from bokeh.server.views.ws import WSHandler


def send_at_once() -> None:
    """Turns Nagle's algorithm off for the browser connections of this process; calling it again changes nothing."""
    original = WSHandler.open
    if getattr(original, "sends_at_once", False):
        return

    @wraps(original)
    def open_(self: WSHandler, *arguments: Any, **options: Any) -> Any:
        self.set_nodelay(True)
        return original(self, *arguments, **options)

    open_.sends_at_once = True  # pyright: ignore[reportAttributeAccessIssue]
    WSHandler.open = open_
