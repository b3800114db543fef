"""What a user chooses reaches the server's callbacks at once.

Cause: Panel holds a change of a widget back for 50 ms, to join it with others. Whoever asks for no more than one
    change at a time joins them anyway.
Upstream: not reported; `Syncable._server_change` in https://github.com/holoviz/panel/blob/v1.9.4/panel/reactive.py
Needed for: panel >=1.9.4,<=1.9.4
Without it: "pending" stands beside a knob 50 ms later, and so does all that follows from the change.
"""

from panel.widgets import Widget


def report_at_once(widget: Widget) -> None:
    """Has the `value` of `widget` reported without waiting for further changes."""
    widget._priority_changes = ["value"]
