"""A figure of the playground, for a notebook or as a page of its own."""

import json
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from markupsafe import Markup

from hdd.errors import HDDError
from hdd.pages import write_page
from workbench import browser
from workbench.views.playground.registry import FIGURES

_HERE = Path(__file__).parent
_TEMPLATE = _HERE / "page.html"

FARTHEST = 40.0
"""Largest radius of a point that a figure is given."""


def script(names: Sequence[str]) -> str:
    """The JavaScript that draws the figures of those names, with a function `mount` that shows them."""
    style = json.dumps((_HERE / "style.css").read_text(encoding="utf-8"))
    shared = [_HERE / name for name in ("charts.js", "shapes.js", "pen.js", "surface.js", "mount.js")]
    figures = [
        f"figures[{name!r}] = (() => {{\n{browser.module(_HERE / 'figures' / f'{name}.js')}\nreturn figure\n}})()"
        for name in names
    ]
    parts = [browser.module("plane.js", *shared), f"const STYLE = {style}", "const figures = {}", *figures]
    return "\n".join(parts)


def words(names: Sequence[str]) -> list[dict[str, str]]:
    """What stands over the figures of those names, as `mount` takes it."""
    return [{"name": name, "title": FIGURES[name].title, "notice": FIGURES[name].notice} for name in names]


def _in_script(value: Any) -> str:
    """A value as JSON that cannot end the script that it stands in."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


class Figure:
    """A figure that is dragged in the browser. It needs no kernel, so it also lives in a saved notebook.

    Args:
        *names: of the figures, see `FIGURES`; several can be chosen from, and none means all.
        **given: what the figure begins with, such as `a=(0.5, 0)`: points are tangent vectors at the origin for
            curvature −1, so their length is their distance from the middle.

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
        """The output of a notebook's cell."""
        place = f"playground-{uuid4().hex}"
        notice = FIGURES[self.names[0]].notice
        about = f"<p><b>{escape(self.title)}.</b> {escape(notice)} (It moves where the notebook is trusted.)</p>"
        return f'<div id="{place}">{about}</div><script type="module">{self._start(place)}</script>'

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
