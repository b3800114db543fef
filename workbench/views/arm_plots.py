"""The small multiples of a study in the browser."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from workbench import browser
from workbench.core.arm_plots import ArmPlots
from workbench.theme import SYNTHETIC


class ArmPlotsView(JSComponent):
    """A small plot for each arm of a study, with a button for each of its runs. A click shows a run.

    The plots are SVG and not figures of Bokeh: a study has up to dozens of them, each with a few points.

    Attributes:
        listener: called with the run that is to be shown, see `workbench.core.arm_plots.RunMark.run`.
    """

    shown = param.Dict({}, doc="`workbench.core.arm_plots.ArmPlots` as a dictionary; empty shows none.")
    color = param.String(SYNTHETIC, doc="Of accuracies.")

    _esm = browser.module("elements.js", "arm_plots.js")
    _stylesheets: ClassVar[list[str]] = [browser.module("arm_plots.css")]

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.listener: Callable[[str], None] | None = None
        self.on_msg(self._heard)

    def put(self, plots: ArmPlots | None) -> None:
        """Shows plots, or none."""
        self.shown = {} if plots is None else asdict(plots)

    def _heard(self, event: Any) -> None:
        if "open" in event.data and self.listener is not None:
            self.listener(str(event.data["open"]))
