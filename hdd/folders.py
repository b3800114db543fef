"""Where this user's files lie that are no run's."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """The folder of what can be deleted at any time: HDD_CACHE_DIR, or ~/.cache/hdd."""
    return Path(os.environ.get("HDD_CACHE_DIR") or "~/.cache/hdd").expanduser()
