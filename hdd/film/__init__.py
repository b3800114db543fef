"""A run as one page of HTML that plays without a server: images, disk and curves under one timeline."""

from __future__ import annotations

import json
import os
from pathlib import Path

from markupsafe import Markup

from hdd.errors import RunStateError
from hdd.film.content import film_content
from hdd.pages import write_page
from hdd.progress import Progress
from hdd.runs.run import Run

TEMPLATE, SCRIPT = (Path(__file__).with_name(name) for name in ("film.html", "film.js"))

FRAMES = 200
"""Steps that a film shows at most, evenly spaced among those that are kept."""


def save_film(
    run: Run,
    path: str | os.PathLike[str],
    frames: int = FRAMES,
    on_frame: Progress | None = None,
    place: str | None = None,
) -> int:
    """Writes the film of a run.

    Args:
        run: the run; an engine may be advancing it.
        path: of the file.
        frames: largest number of steps to show, ≥ 2.
        on_frame: called as on_frame(steps drawn, steps to draw).
        place: the folder in which the real images are now, if it was moved.

    Returns:
        The size of the file in bytes.

    Raises:
        HDDError: the run keeps no images yet, its real images are missing, or the file cannot be written.
    """
    if not run.kept_steps():
        raise RunStateError(f"{run.path} has no images yet: make at least one step first.")
    content = film_content(run, frames, on_frame, place)
    # A name of a class could otherwise end the element that the data stand in.
    data = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    script = SCRIPT.read_text(encoding="utf-8")
    return write_page(TEMPLATE, path, name=content["name"], data=Markup(data), script=Markup(script))
