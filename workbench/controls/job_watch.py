"""Watches the processes of one kind that the page started on a run or a set."""

from collections.abc import Callable
from pathlib import Path

from workbench.core.job import Job, JobKind
from workbench.core.jobs import Engines
from workbench.session import Session

JOBS_MILLISECONDS = 500
"""The time between two checks of the processes that the page started."""


class JobWatch:
    """Checks processes again and again while the session lasts.

    Args:
        session: shows the run or the set; it is refreshed when a process begins or ends.
        engines: started the processes.
        path: of the run or the set.
        kind: of the processes.
        looked: called after each check.
        ended: called with each process that has ended.

    Attributes:
        jobs: the processes that were running when they were last checked.
    """

    def __init__(
        self,
        session: Session,
        engines: Engines,
        path: Path,
        kind: JobKind,
        ended: Callable[[Job], None],
        looked: Callable[[], None] = lambda: None,
    ) -> None:
        self.jobs: list[Job] = []
        self._session = session
        self._engines = engines
        self._path = path
        self._kind = kind
        self._ended = ended
        self._looked = looked
        self._watches = False

    def start(self) -> None:
        """Begins to watch; further calls have no effect."""
        if not self._watches:
            self._watches = True
            self._look_again()

    def _look_again(self) -> None:
        self.look()
        self._session.later(self._look_again, JOBS_MILLISECONDS)

    def look(self) -> None:
        """Checks the processes now."""
        before = self.jobs
        self.jobs = [job for job in self._engines.going(self._path) if job.kind is self._kind]
        for job in before:
            if job not in self.jobs:
                self._ended(job)
        if before != self.jobs:
            self._session.refresh()
        self._looked()
