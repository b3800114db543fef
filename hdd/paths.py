"""Names of files and folders on which several parts must agree."""

import os
from pathlib import Path

RUN_DATABASE = "run.db"
"""The file that makes a directory a run directory."""


def holds_run(path: Path) -> bool:
    """Whether a directory is a run directory."""
    return (path / RUN_DATABASE).is_file()


def cache_folder() -> Path:
    """The folder for files that can be deleted at any time: HDD_CACHE_DIR, or ~/.cache/hdd."""
    return Path(os.environ.get("HDD_CACHE_DIR") or "~/.cache/hdd").expanduser()
