"""Lists the runs of a folder."""

from contextlib import suppress
from pathlib import Path


def run_names(root: Path) -> list[str]:
    """The names of the runs in a folder, the most recently written first. Viewing a run does not change the order."""
    written: dict[str, float] = {}
    for database in root.glob("*/run.db"):
        # The run may be removed at this very moment.
        with suppress(OSError):
            written[database.parent.name] = database.stat().st_mtime
    return sorted(written, key=written.__getitem__, reverse=True)
