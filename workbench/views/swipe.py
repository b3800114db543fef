"""Two pictures on top of each other, with a handle that moves between them."""

from typing import Any

import numpy as np
import param
from panel.custom import JSComponent

from hdd.sets.formats.picture_files import png_address
from workbench import browser


class Swipe(JSComponent):
    """A picture before and a picture after: left of the handle is the one, right of it the other.

    The handle is moved by the pointer, or by the arrow keys.
    """

    before = param.String("", doc="Address of the picture on the left.")
    after = param.String("", doc="Address of the picture on the right.")
    before_name = param.String("", doc="What is on the left.")
    after_name = param.String("", doc="What is on the right.")

    _esm = browser.module("elements.js", "swipe.js")

    def put(self, before: np.ndarray, after: np.ndarray, before_name: str, after_name: str) -> None:
        """Shows two pictures (channels, H, W) uint8 of equal size; only what has changed is sent."""
        values: dict[str, Any] = {
            "before": png_address(before), "after": png_address(after),
            "before_name": before_name, "after_name": after_name,
        }  # fmt: skip
        self.param.update(**{name: value for name, value in values.items() if value != getattr(self, name)})
