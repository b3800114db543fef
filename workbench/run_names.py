"""The runs of a folder, by name."""

from contextlib import suppress
from pathlib import Path

from hdd.runs.places import check_name


def run_directory(root: Path, name: str) -> Path:
    """The directory of the run called `name`; names come from browsers.

    Raises:
        HDDError: the name is not allowed, as it would lead out of the folder.
    """
    check_name(name)
    return root / name


def run_names(root: Path) -> list[str]:
    """The names of the runs in a folder, the most recently written first. Viewing a run does not change the order."""
    written: dict[str, float] = {}
    for database in root.glob("*/run.db"):
        # The run may be removed at this very moment.
        with suppress(OSError):
            written[database.parent.name] = database.stat().st_mtime
    return sorted(written, key=written.__getitem__, reverse=True)
