"""The figures of the playground as a component of Panel."""

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from workbench import browser
from workbench.views.playground.registry import FIGURES
from workbench.views.playground.scripts import script, words


class PlaygroundPane(JSComponent):
    """All figures, of which users choose one in the browser; nothing that they drag reaches the server."""

    words = param.List([], doc="What stands over the figures.")
    given = param.Dict({}, doc="What the figures begin with; a change begins the shown one anew.")

    _esm = script(tuple(FIGURES)) + "\n" + browser.module(Path(__file__).with_name("pane.js"))

    def __init__(self, **params: Any) -> None:
        super().__init__(words=words(tuple(FIGURES)), **params)
