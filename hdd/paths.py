"""Names of files and folders that many parts must agree on."""

import os
from pathlib import Path

RUN_DATABASE = "run.db"
"""The file of a run directory by which it is known as one."""


def holds_run(path: Path) -> bool:
    """Whether a directory is that of a run."""
    return (path / RUN_DATABASE).is_file()


def cache_folder() -> Path:
    """The folder of what can be deleted at any time: HDD_CACHE_DIR, or ~/.cache/hdd."""
    return Path(os.environ.get("HDD_CACHE_DIR") or "~/.cache/hdd").expanduser()
