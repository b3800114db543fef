"""The playground in a notebook, or as a page of its own."""

import base64
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
from workbench.views.playground.figure_comm import EXEC, listen, say_nothing_came
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
    What is changed in them comes back as `values` in JupyterLab and Notebook 7 with pyviz_comms:

        triangle = Playground("triangle", a=(0, 1.5))
        triangle                                         # drag a corner; then, in another cell:
        triangle.values                                  # {"a": [0.4, 1.2], "b": [-1.5, -0.8], "c": [1.5, -0.7]}
        Playground("triangle", **triangle.values)        # the same triangle

    Args:
        *names: of the figures, see `FIGURES`; of several, users choose the one that is shown. None means all.
        **given: what a figure begins with, such as `a=(0.5, 0)`; `FIGURES["triangle"].takes` lists the names. Points
            are tangent vectors at the origin for curvature −1, so the length of one is its distance from the middle.

    Raises:
        HDDError: there is no figure of that name; it cannot be given something of that name; or what it is given is no
            point, a point farther than 40 from the middle, or a number outside of its bounds.
    """

    def __init__(self, *names: str, **given: Any) -> None:
        for name in names:
            if name not in FIGURES:
                raise HDDError(f"There is no figure {name!r}: choose from {', '.join(FIGURES)}.")
        self.names = names or tuple(FIGURES)
        self.given = {name: _checked(self.names, name, value) for name, value in given.items()}
        self._changed: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """The title of the figure, or of all."""
        return FIGURES[self.names[0]].title if len(self.names) == 1 else "Hyperbolic playground"

    @property
    def values(self) -> dict[str, Any]:
        """What the figure shows: what it began with, and the points and numbers that users have changed since.

        Names and units are those of what it can be given. Of several figures, they are those of the one that was
        changed last. As long as nothing has come back, this says so in a sentence.
        """
        if self._changed is None:
            say_nothing_came()
        return {**self.given, **(self._changed or {})}

    def hear(self, shown: str, values: dict[str, Any]) -> None:
        """Called with the name of the figure that a browser shows, and with the values that it has now."""
        self._changed = {name: _checked((shown,), name, value) for name, value in values.items()}

    def _start(self, place: str, *more: str) -> str:
        """The script that shows the figure in the element with that id; `more` are further arguments of `mount`."""
        arguments = (
            f"document.getElementById({place!r})",
            _in_script(words(self.names)),
            _in_script(self.given),
            *more,
        )
        return f"{script(self.names)}\nmount({', '.join(arguments)})"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """The output of a notebook's cell, which tells the kernel what is changed in it."""
        place = f"playground-{uuid4().hex}"
        listen(place, self)
        teller = browser.module(_HERE / "kernel_comm.js")
        shown = self._html(place, f"{teller}\n{self._start(place, f'makeTeller({place!r})')}")
        return {"text/html": shown, EXEC: ""}, {EXEC: {"id": place}}

    def _repr_html_(self) -> str:
        """The figure for a page; where scripts are not allowed, it is a picture."""
        place = f"playground-{uuid4().hex}"
        return self._html(place, self._start(place))

    def _html(self, place: str, start: str) -> str:
        first = FIGURES[self.names[0]]
        still = f"<p><b>{escape(self.title)}.</b> {escape(first.notice)} (Run the cell to move it.)</p>"
        picture = _HERE / "pictures" / f"{self.names[0]}.png"
        if picture.exists():
            code = base64.b64encode(picture.read_bytes()).decode()
            still += f'<img alt="{escape(first.title)}" style="max-width: 100%" src="data:image/png;base64,{code}">'
        return f'<div id="{place}">{still}</div><script type="module">{start}</script>'

    def save(self, path: str | os.PathLike[str]) -> int:
        """Writes the figure as a page of HTML that needs nothing else; returns its size in bytes.

        Raises:
            HDDError: the file cannot be written.
        """
        notice = FIGURES[self.names[0]].notice
        return write_page(_TEMPLATE, path, title=self.title, notice=notice, script=Markup(self._start("figure")))


def _checked(names: Sequence[str], name: str, value: Any) -> Any:
    """What a figure is given, as JSON can have it."""
    figures = [FIGURES[each] for each in names]
    if name == "cloud":
        return _checked_cloud(value)
    if any(name in figure.points for figure in figures):
        return _points(name, value, 1)
    if any(name in figure.sets for figure in figures):
        return _points(name, value, 2)
    for figure in figures:
        if name in figure.numbers:
            low, high = figure.numbers[name]
            if isinstance(value, int | float) and low <= value <= high:
                return value
            raise HDDError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}.")
    known = sorted({each for figure in figures for each in figure.takes})
    raise HDDError(f"The figure cannot be given {name!r}: it takes {', '.join(known)}.")


def _checked_cloud(value: Any) -> dict[str, Any]:
    """The points of a class: its name, and its real and synthetic points, of which there may be none."""
    if not isinstance(value, dict) or set(value) != {"name", "real", "synthetic"}:
        raise HDDError("cloud must be a dictionary of a name, the real points and the synthetic points.")
    synthetic = value["synthetic"]
    return {
        "name": str(value["name"]),
        "real": _points("cloud's real points", value["real"], 2),
        "synthetic": _points("cloud's synthetic points", synthetic, 2) if len(synthetic) else [],
    }


def _points(name: str, value: Any, dimensions: int) -> list[Any]:
    """A point (2,), or several (n, 2), as lists."""
    try:
        points = np.asarray(value, float)
    except (TypeError, ValueError):
        points = np.zeros(0)
    if points.ndim != dimensions or points.shape[-1] != 2 or not points.size or not np.isfinite(points).all():
        what = "two finite numbers" if dimensions == 1 else "points, each two finite numbers"
        raise HDDError(f"{name} must be {what}, not {value!r}.")
    if np.hypot(points[..., 0], points[..., 1]).max() > FARTHEST:
        raise HDDError(f"{name}: nothing can be farther than {FARTHEST:g} from the middle; give nearer points.")
    return points.tolist()
