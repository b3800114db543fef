"""The smallest tab: one sentence about the images."""

import panel_material_ui as pmui

from workbench.core.frame import Frame
from workbench.session import Session
from workbench.tabs.base import Part, Tab, TabContent, TabContext
from workbench.theme import Text


class Brightness:
    """Says how bright the images are on average."""

    lively = False

    def __init__(self, session: Session) -> None:
        self._text = Text("", variant="body2", margin=20)

    def __panel__(self) -> Text:
        """See `panel.viewable.Viewer`."""
        return self._text

    def show(self, frame: Frame) -> None:
        """See `workbench.core.frame.View`."""
        if frame.images is not None:
            self._text.object = f"Mean normalised pixel at step {frame.image_step}: {frame.images.mean():.3f}"


def build(context: TabContext) -> TabContent:
    """One sentence."""
    place = pmui.Paper(sizing_mode="stretch_width", margin=4)
    return TabContent(place, [Part(place, lambda: Brightness(context.session))])


TAB = Tab("brightness", "Brightness", build)
