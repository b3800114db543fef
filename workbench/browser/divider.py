"""A bar between two panes, by which users share the room between them."""

from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from workbench import browser


class Divider(JSComponent):
    """A bar between the component before it and the one after it, in a row or column of Panel.

    Where a user puts the bar is kept by the browser, for all bars with the same label.
    """

    direction = param.Selector(default="row", objects=["row", "column"], doc="Of the layout that the bar is in.")
    label = param.String("", doc="What the bar is for, as tooltip and for screen readers.")
    after = param.Integer(
        0, doc="Pixels that the component after it has until a user moves the bar; 0 if both have the same room."
    )

    _esm = browser.module("divider.js")
    _stylesheets: ClassVar[list[str]] = [
        """
        .bar { position: absolute; inset: 0; border-radius: 3px; touch-action: none; cursor: col-resize }
        .bar[aria-orientation=horizontal] { cursor: row-resize }
        .bar:hover, .bar:focus-visible { background: var(--panel-primary-color); outline: none }
        """
    ]

    def __init__(self, direction: str, label: str, after: int = 0, **params: Any) -> None:
        # It lies over the margins of the panes on both sides.
        across = {"width": 8, "sizing_mode": "stretch_height", "margin": (0, -4)}
        along = {"height": 8, "sizing_mode": "stretch_width", "margin": (-4, 0)}
        super().__init__(
            direction=direction, label=label, after=after, **(across if direction == "row" else along), **params
        )
