"""Does what a user asked for, and shows a notification if it fails."""

from collections.abc import Awaitable

import panel as pn

from hdd.errors import HDDError
from workbench.controls.notices import notify


def attempt(action: Awaitable[None]) -> None:
    """Waits for an action in the background of the session; its HDDError or OSError becomes a notification."""

    async def act() -> None:
        try:
            await action
        except (HDDError, OSError) as error:
            notify("error", str(error))

    pn.state.execute(act)
