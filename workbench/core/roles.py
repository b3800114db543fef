"""Who may change anything on a page, and who may only look."""

import os


def may_change(user: str | None) -> bool:
    """Whether somebody may steer, start, rename and delete runs.

    Args:
        user: the name with which somebody has signed in; None without signing in.
    """
    editors = os.environ.get("HDD_EDITORS")
    return editors is None or (user is not None and user in [name.strip() for name in editors.split(",")])
