"""The JavaScript of the figures, put together for a page, a notebook or a component of Panel."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench import browser
from workbench.views.playground.registry import FIGURES

_HERE = Path(__file__).parent
_SHARED = [
    _HERE / name for name in ("charts.js", "shapes.js", "pen.js", "words.js", "controls.js", "surface.js", "mount.js")
]


def script(names: Sequence[str]) -> str:
    """The code that draws the figures of those names, with a function `mount` that shows them."""
    style = json.dumps((_HERE / "style.css").read_text(encoding="utf-8"))
    figures = [
        f"figures[{name!r}] = (() => {{\n{browser.module(_HERE / 'figures' / f'{name}.js')}\nreturn figure\n}})()"
        for name in names
    ]
    return "\n".join(
        [
            browser.module("plane.js", *(_HERE / name for name in _SHARED)),
            f"const STYLE = {style}, figures = {{}}",
            *figures,
        ]
    )


def words(names: Sequence[str]) -> list[dict[str, Any]]:
    """What stands over the figures of those names, and the names of their values, as `mount` takes it."""
    found = [(name, FIGURES[name]) for name in names]
    return [{"name": name, "title": each.title, "notice": each.notice, "values": each.values} for name, each in found]
