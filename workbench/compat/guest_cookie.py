"""Who has signed in, whatever other cookies the browser sends.

Cause: Panel takes whoever sends a cookie `is_guest`, which anybody can set, for a user called "guest", also if that
    person has signed in under another name.
Upstream: not reported; `_state.user` in https://github.com/holoviz/panel/blob/v1.9.4/panel/io/state.py
Needed for: panel >=1.9.4,<=1.9.4
Without it: somebody who has signed in can steer as "guest", so that the ledger names nobody.
"""

import panel as pn
from tornado.web import decode_signed_value


def signed_in() -> str | None:
    """The name with which the person of the current session has signed in; None without signing in."""
    secret, cookie = pn.config.cookie_secret, pn.state.cookies.get("user") if pn.state.curdoc is not None else None
    name = decode_signed_value(secret, "user", cookie) if secret and cookie else None
    return None if name is None else name.decode()
