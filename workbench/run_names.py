"""The runs of a folder."""

from contextlib import suppress
from pathlib import Path


def run_names(root: Path) -> list[str]:
    """Names of the runs in a folder, the one that was written to last first; looking at a run changes no order."""
    written = {}
    for database in root.glob("*/run.db"):
        # It may be removed at this moment.
        with suppress(OSError):
            written[database.parent.name] = database.stat().st_mtime
    return sorted(written, key=written.get, reverse=True)
