"""The figures of the playground as a component of Panel."""

from pathlib import Path
from typing import Any

import param
from panel.custom import JSComponent

from workbench import browser
from workbench.views.playground.registry import FIGURES
from workbench.views.playground.scripts import script, words


class PlaygroundPane(JSComponent):
    """All figures, of which users choose one in the browser; nothing that they drag reaches the server.

    Attributes:
        figure: the name of the figure that is shown; one that is not in `FIGURES` shows the first.
    """

    words = param.List([], doc="What stands over the figures.")
    figure = param.String(next(iter(FIGURES)), doc="The name of the figure that is shown.")
    given = param.Dict({}, doc="What the figures begin with; a change begins the shown one anew.")

    _esm = script(tuple(FIGURES)) + "\n" + browser.module(Path(__file__).with_name("pane.js"))

    def __init__(self, **params: Any) -> None:
        super().__init__(words=words(tuple(FIGURES)), **params)
