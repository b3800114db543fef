"""A tab as another package would bring it: one file, and one entry point."""

from typing import ClassVar

import panel_material_ui as pmui

from workbench.component import SourceComponent
from workbench.tabs.base import Need, Part, Tab, TabContent, TabContext
from workbench.theme import Text


class StepCount(SourceComponent):
    """How many steps were made."""

    made: ClassVar[list["StepCount"]] = []

    def __init__(self, shown):
        super().__init__(shown)
        self.frames = []
        self._panel = Text("")
        self.made.append(self)

    def update(self, frame):
        self.frames.append(frame)
        self._panel.object = f"{frame.step} steps were made."


def build(context: TabContext) -> TabContent:
    place = pmui.Column()
    return TabContent(place, [Part(place, lambda: StepCount(context.session))])


TAB = Tab("step-count", "Step count", build, needs=frozenset({Need.STEPS}))
