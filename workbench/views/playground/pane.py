"""The figures of the playground as a component of Panel."""

from typing import Any

import param
from panel.custom import JSComponent

from workbench.views.playground.registry import FIGURES
from workbench.views.playground.scripts import script, words

_RENDER = """
export function render({model, el}) {
  const host = document.createElement("div")
  // The page around it takes this much of the window.
  host.style.setProperty("--room", "calc(100vh - 470px)")
  el.append(host)
  const shown = mount(host, model.words, model.given)
  model.on("given", () => shown.give(model.given))
  model.on("remove", () => shown.destroy())
}
"""


class PlaygroundPane(JSComponent):
    """All figures, of which users choose one in the browser; nothing that they drag reaches the server."""

    words = param.List([], doc="What stands over the figures.")
    given = param.Dict({}, doc="What the figures begin with; a change begins the shown one anew.")

    _esm = script(tuple(FIGURES)) + _RENDER

    def __init__(self, **params: Any) -> None:
        super().__init__(words=words(tuple(FIGURES)), **params)
