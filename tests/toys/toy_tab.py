"""The smallest tab: one sentence about the images."""

from workbench.component import SourceComponent
from workbench.core.frame import Frame
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.tabs.base import Part, Tab, TabContent, TabContext, pane
from workbench.theme import Text


class Brightness(SourceComponent):
    """Says how bright the images are on average."""

    def __init__(self, shown: Session | Shown) -> None:
        super().__init__(shown)
        self._panel = Text("", variant="body2", margin=20)

    def update(self, frame: Frame) -> None:
        """See `SourceComponent.update`."""
        if frame.images is not None:
            self._panel.object = f"Mean normalised pixel at step {frame.image_step}: {frame.images.mean():.3f}"


def build(context: TabContext) -> TabContent:
    """One sentence."""
    place = pane(sizing_mode="stretch_width")
    return TabContent(place, [Part(place, lambda: Brightness(context.session))])


TAB = Tab("brightness", "Brightness", build)
