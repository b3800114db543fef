"""A section of the side bar that is closed at first."""

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable, Viewer

from workbench.component import Component


class Folded(Component):
    """A section whose content is made when it is first opened.

    Args:
        title: of the section.
        make: makes the content.
    """

    _panel: pmui.Accordion

    def __init__(self, title: str, make: Callable[[], Viewable | Viewer]) -> None:
        super().__init__()
        self._make = make
        self._content = pn.Column(sizing_mode="stretch_width", margin=0)
        self._panel = pmui.Accordion(
            (title, self._content),
            active=[],
            sizing_mode="stretch_width",
            margin=(0, 4),
            square=True,
            title_variant="subtitle2",
        )
        self._panel.param.watch(self._opened, "active")

    def fold(self) -> None:
        """Closes the section."""
        self._panel.active = []

    def unfold(self) -> None:
        """Opens the section."""
        self._panel.active = [0]

    def _opened(self, event: Any) -> None:
        if event.new and not self._content.objects:
            self._content[:] = [self._make()]
