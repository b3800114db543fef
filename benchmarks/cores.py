"""On which cores processes run."""

import os
from contextlib import suppress
from pathlib import Path


def threads_of(process: int) -> set[int]:
    """The threads of a process and of all that it has started."""
    tasks = Path(f"/proc/{process}/task")
    found = {int(task.name) for task in tasks.iterdir()}
    for task in tasks.iterdir():
        for child in (task / "children").read_text().split():
            found |= threads_of(int(child))
    return found


def pin(threads: set[int], cores: set[int]) -> None:
    """Lets threads run on these cores only; what they start from now on does so too."""
    for thread in threads:
        with suppress(ProcessLookupError):
            os.sched_setaffinity(thread, cores)
