"""The server does not count which callbacks are running.

Cause: for each message of a browser, and each periodic callback, Panel adds the callback to a list and later removes
    it, and each time unlocks and locks all parameters of `pn.state` several times. Only busy indicators read that list,
    and the page has none.
Upstream: not reported; `_add_busy_event` in https://github.com/holoviz/panel/blob/v1.9.4/panel/io/state.py
Needed for: panel >=1.9.4,<=1.9.4
Without it: whenever a browser says that it has painted a frame, the server is at work as long as for the frame itself.
"""

from panel.io.state import _state


def count_nothing() -> None:
    """Keeps no list of the callbacks that are running; calling it again changes nothing."""
    _state._add_busy_event = _state._remove_busy_event = lambda self, event_id: None
