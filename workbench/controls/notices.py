"""Notifications, and doing what a user asked for with a notification if it fails."""

import sqlite3
from collections.abc import Awaitable, Callable

import panel as pn

from hdd.errors import HDDError
from workbench.core.run_source import RunSource
from workbench.session import Session

ONLY_LOOKS = "You may look at everything here, but not change anything."


def check_may_change(may: bool) -> None:
    """Refuses a change by somebody who may only look, whatever the browser has sent.

    Raises:
        HDDError: it is such a person.
    """
    if not may:
        raise HDDError(ONLY_LOOKS)


def notify(kind: str, text: str) -> None:
    """Shows a notification on the page of the current session.

    Args:
        kind: "info", "success", "warning" or "error".
        text: the message.
    """
    if pn.state.notifications is not None:
        getattr(pn.state.notifications, kind)(text, duration=6000)


def why_not(session: Session) -> str:
    """Why the session may not steer its run; "" if it may."""
    if session.drives:
        return ""
    if not session.may_change:
        return ONLY_LOOKS
    reason = session.run_source.run.read_only
    if reason:
        return f"This run can only be looked at here ({reason})."
    holder = session.run_source.lease.holder
    if holder is None:
        return "No one is in control of this run: take control to steer it."
    return f"You are watching: {holder.who or 'another tab'} is in control of this run."


def may_steer(session: Session) -> bool:
    """Whether the session is in control of its run; if not, a notification says so."""
    reason = why_not(session)
    if reason:
        notify("info", reason)
    return not reason


def may_judge(session: Session) -> bool:
    """Whether the session may keep verdicts on images of its run or its set; if not, a notification says why."""
    if isinstance(session.source, RunSource):
        return may_steer(session)
    if not session.may_change:
        notify("info", ONLY_LOOKS)
    return session.may_change


def attempt(action: Callable[[], object]) -> None:
    """Does what the user asked for, or shows why that is impossible."""
    try:
        action()
    except (HDDError, OSError, sqlite3.Error) as error:
        notify("error", str(error))


def attempt_async(action: Awaitable[None]) -> None:
    """As `attempt`, for what takes long: the session goes on meanwhile."""

    async def act() -> None:
        try:
            await action
        except (HDDError, OSError, sqlite3.Error) as error:
            notify("error", str(error))

    pn.state.execute(act)
