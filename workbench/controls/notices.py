"""Notifications on the page."""

import panel as pn


def notify(kind: str, text: str) -> None:
    """Shows a notification on the page of the current session.

    Args:
        kind: "info", "success", "warning" or "error".
        text: the message.
    """
    if pn.state.notifications is not None:
        getattr(pn.state.notifications, kind)(text, duration=6000)
