"""Rewinds and forks the run of a page at the step that the timeline shows."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from workbench import actions
from workbench.controls.dialogs import Dialogs
from workbench.controls.notices import attempt_async, check_may_change, may_steer, notify
from workbench.session import Session


class Branching:
    """Rewinds and forks in another thread, and shows a notification if that fails.

    Args:
        session: the session that shows the run.
        dialogs: asks the user before steps are dropped.
        attach: shows the fork on the page.
    """

    def __init__(self, session: Session, dialogs: Dialogs, attach: Callable[[Path], None]) -> None:
        self._session = session
        self._dialogs = dialogs
        self._attach = attach
        self._is_forking = False

    def ask_rewind(self, step: int) -> None:
        """Takes the run back to `step`, if the user agrees."""
        newest = self._session.source.state.step
        self._dialogs.ask_rewind(newest, step, lambda: attempt_async(self._rewind(step)))

    def fork(self, step: int) -> None:
        """Forks a new run at `step`, and shows it."""
        attempt_async(self._fork(step))

    async def _rewind(self, step: int) -> None:
        # The dialog may have been open for long, and a browser can send what its buttons do not.
        if not may_steer(self._session):
            return
        await asyncio.to_thread(actions.rewind, self._session.run_source.run.path, step, self._session.who)
        self._session.selection.step = None

    async def _fork(self, step: int) -> None:
        check_may_change(self._session.may_change)
        if self._is_forking:
            return
        self._is_forking = True
        try:
            notify("info", "Checking the real images of the run, before it is forked …")
            session = self._session
            path, projector = session.run_source.run.path, session.projector
            forked = await asyncio.to_thread(actions.fork, path, step, session.who, projector=projector)
        finally:
            self._is_forking = False
        self._attach(forked)
        notify("info", f"Forked at step {step}. Change any knobs, then resume the fork.")
