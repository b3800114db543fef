"""The playground in a notebook, or as a page of its own."""

import base64
import json
import os
from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from markupsafe import Markup

from hdd.errors import HDDError
from hdd.pages import write_page
from workbench.views.playground.registry import FIGURES
from workbench.views.playground.scripts import script, words

_HERE = Path(__file__).parent
_TEMPLATE = _HERE / "page.html"

FARTHEST = 40.0
"""Largest radius of a point that a figure is given."""


def _in_script(value: Any) -> str:
    """A value as JSON that cannot end the script that it stands in."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


class Playground:
    """Figures of the hyperbolic plane that are dragged in the browser.

    They need no kernel and no server, so they also live in a saved notebook, which keeps a picture of each besides.

    Args:
        *names: of the figures, see `FIGURES`; of several, users choose the one that is shown. None means all.
        **given: what a figure begins with, such as `a=(0.5, 0)`. Points are tangent vectors at the origin for
            curvature −1, so the length of one is its distance from the middle of the disk.

    Raises:
        HDDError: there is no figure of that name, or a point is not two finite numbers, or farther away than 40.
    """

    def __init__(self, *names: str, **given: Any) -> None:
        for name in names:
            if name not in FIGURES:
                raise HDDError(f"There is no figure {name!r}: choose from {', '.join(FIGURES)}.")
        self.names = names or tuple(FIGURES)
        self.given = {name: _checked(name, value) for name, value in given.items()}

    @property
    def title(self) -> str:
        """The title of the figure, or of all."""
        return FIGURES[self.names[0]].title if len(self.names) == 1 else "Hyperbolic playground"

    def _start(self, place: str) -> str:
        """The script that shows the figure in the element with that id."""
        shown, given = _in_script(words(self.names)), _in_script(self.given)
        return f"{script(self.names)}\nmount(document.getElementById({place!r}), {shown}, {given})"

    def _repr_html_(self) -> str:
        """The output of a notebook's cell; where scripts are not allowed, it is a picture."""
        place = f"playground-{uuid4().hex}"
        first = FIGURES[self.names[0]]
        still = f"<p><b>{escape(self.title)}.</b> {escape(first.notice)} (Run the cell to move it.)</p>"
        picture = _HERE / "pictures" / f"{self.names[0]}.png"
        if picture.exists():
            code = base64.b64encode(picture.read_bytes()).decode()
            still += f'<img alt="{escape(first.title)}" style="max-width: 100%" src="data:image/png;base64,{code}">'
        return f'<div id="{place}">{still}</div><script type="module">{self._start(place)}</script>'

    def save(self, path: str | os.PathLike[str]) -> int:
        """Writes the figure as a page of HTML that needs nothing else; returns its size in bytes.

        Raises:
            HDDError: the file cannot be written.
        """
        notice = FIGURES[self.names[0]].notice
        return write_page(_TEMPLATE, path, title=self.title, notice=notice, script=Markup(self._start("figure")))


def _checked(name: str, value: Any) -> Any:
    """A point, points, or another value as JSON can have it."""
    if isinstance(value, dict):
        return {key: _checked(f"{name}.{key}", each) for key, each in value.items()}
    if isinstance(value, str | bool | int | float):
        return value
    try:
        points = np.asarray(value, float)
    except (TypeError, ValueError):
        points = np.zeros(0)
    if points.ndim not in (1, 2) or points.shape[-1] != 2 or not np.isfinite(points).all():
        raise HDDError(f"{name} must be a point, two finite numbers, or several of them, not {value!r}.")
    if points.size and np.hypot(points[..., 0], points[..., 1]).max() > FARTHEST:
        raise HDDError(f"{name} is farther than {FARTHEST:g} from the middle: give points that are nearer.")
    return points.tolist()
