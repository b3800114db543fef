"""The image folders that the page offers as data sets."""

import os
from contextlib import suppress
from pathlib import Path

from hdd.data.layouts import looks_like_images
from hdd.paths import FOLDER


def image_folders() -> dict[str, str]:
    """The image folders in $HDD_FOLDERS, as label → "folder:PATH"."""
    found: dict[str, str] = {}
    for root in filter(None, os.environ.get("HDD_FOLDERS", "").split(os.pathsep)):
        for folder in [Path(root), *sorted(Path(root).glob("*/"))]:
            with suppress(OSError):
                if looks_like_images(folder):
                    found[f"folder {folder.name}"] = f"{FOLDER}{folder.resolve()}"
    return found
