"""What the choice of a data set means for a new run, in words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hdd.data.layouts import find_parts
from hdd.errors import HDDError
from hdd.knobs.text import to_text
from hdd.paths import FOLDER
from hdd.settings import Settings


def folder_notes(dataset: str) -> str:
    """How the parts of an image folder are found, where that is not plain, or why they are not; else ""."""
    if not dataset.startswith(FOLDER):
        return ""
    try:
        return " ".join(find_parts(Path(dataset.removeprefix(FOLDER)).expanduser()).notes)
    except (HDDError, OSError, RuntimeError) as error:
        return str(error)


def about(listing: Mapping[str, Any] | None, settings: Settings, notes: str = "") -> str:
    """What the images are, and how many of them a step and pruning compute with.

    Args:
        listing: as in `Engines.datasets`; None if it is not known, as for a folder.
        settings: of the new run.
        notes: as `folder_notes` has them.
    """
    batch = settings.real_batch if "real_batch" in settings.in_force() else None
    if listing is None:
        images = f"Classes and image sizes are read when the run starts. {notes}".rstrip()
        step = "" if batch is None else f" A step computes with {batch} real images of each class."
    else:
        channels, height, width = listing["shape"]
        classes, color = listing["class_count"], "colour" if channels == 3 else "grey"
        images = f"{classes} classes of {height}×{width} {color} images, {listing['train_count']:,} for training."
        if listing["status"] == "needs download":
            images += " They are downloaded first."
        step = "" if batch is None else f" A step computes with {classes * batch:,} real images."
    return f"{images}{step} Pruning scores all training images once, before its first step."


def changes(before: Settings, after: Settings) -> str:
    """Which knobs another choice has changed, such as "Network width: 32 → 128"; "" if it has changed none."""
    names = [name for name in after.in_force() if name != "dataset" and getattr(before, name) != getattr(after, name)]
    changed = [
        f"{Settings.knob(name).label}: {to_text(getattr(before, name))} → {to_text(getattr(after, name))}"
        for name in names
    ]
    return f"This has changed: {'; '.join(changed)}." if changed else ""
