"""The notification area of a session is released when the session ends.

Cause: when a session ends, Panel leaves its notification area in the list of views that are shown, and so keeps the
    whole document in memory.
Upstream: not reported; `_destroy_session` in https://github.com/holoviz/panel/blob/v1.9.4/panel/io/state.py, which
    releases other views since https://github.com/holoviz/panel/pull/8607
Needed for: panel >=1.9.4,<=1.9.4
Without it: the server's memory grows with each visit.
"""

import panel as pn
from bokeh.document import Document


def forget_notifications(document: Document) -> None:
    """Removes the views that Panel still keeps for `document`; to be called at the end of its session."""
    for ref, (_, _, shown_in, _) in list(pn.state._views.items()):
        if shown_in is document:
            del pn.state._views[ref]
