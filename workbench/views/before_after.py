"""A synthetic image over what it began as, or over the real image most like it, to swipe from one to the other."""

from collections.abc import Mapping

import numpy as np
import panel_material_ui as pmui

from workbench.component import Component
from workbench.session import Session
from workbench.theme import HIDDEN, show
from workbench.views.strip import WIDTH
from workbench.views.swipe import Swipe

START, BY_PIXELS, BY_FEATURES = "Step 0", "Real (pixels)", "Real (features)"
BEFORE = {START: "step 0", BY_PIXELS: "nearest real, by pixels", BY_FEATURES: "nearest real, by features"}
"""What an image can be laid over, by the label of its button."""


class BeforeAfter(Component):
    """The two pictures, and the choice of what lies below.

    Args:
        session: that shows the image.
    """

    _panel: pmui.Column

    def __init__(self, session: Session) -> None:
        super().__init__()
        # A stored image that holds several is no picture of one real image.
        alike = [BY_PIXELS, BY_FEATURES] if session.source.layout.held == 1 else []
        choices = [*([START] if session.source.changes else []), *alike]
        self._pictures: Mapping[str, np.ndarray] = {}
        self._after: tuple[np.ndarray, str] | None = None
        first = choices[0] if choices else None
        self._choice = pmui.RadioButtonGroup(
            label="Below the image", options=choices, value=first, size="small", margin=(4, 10)
        )
        self._choice.param.watch(lambda _: self._draw(), "value")
        self._swipe = Swipe(width=WIDTH - 50, margin=(4, 10))
        self._swiped = pmui.Column(self._swipe, margin=0, sx=HIDDEN)
        self._panel = pmui.Column(self._choice, self._swiped, margin=0, sx=HIDDEN)
        self._choices = choices

    def put(self, after: np.ndarray, name: str, pictures: Mapping[str, np.ndarray]) -> None:
        """Lays an image over one of the pictures.

        Args:
            after: the image, (channels, H, W) uint8.
            name: what it is.
            pictures: what is known of what it can be laid over, by labels of `BEFORE`.
        """
        self._after, self._pictures = (after, name), pictures
        self._draw()

    def _draw(self) -> None:
        before = self._pictures.get(str(self._choice.value))
        show(self._panel, bool(self._choices))
        show(self._swiped, before is not None)
        if self._after is not None and before is not None and before.shape == self._after[0].shape:
            self._swipe.put(before, self._after[0], BEFORE[str(self._choice.value)], self._after[1])
