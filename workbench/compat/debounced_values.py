"""The value that a user chooses reaches the server's callbacks immediately.

Cause: Panel holds back each change of a widget for 50 ms, in order to merge it with later ones. Controls that make only
    one request at a time merge them anyway.
Upstream: not reported; `Syncable._server_change` in https://github.com/holoviz/panel/blob/v1.9.4/panel/reactive.py
Needed for: panel >=1.9.4,<=1.9.4
Without it: "pending" appears beside a knob 50 ms later, and so does every effect of the change.
"""

from panel.widgets import Widget


def report_at_once(widget: Widget) -> None:
    """Makes Panel report the `value` of `widget` without waiting for further changes."""
    widget._priority_changes = ["value"]  # pyright: ignore[reportAttributeAccessIssue]
