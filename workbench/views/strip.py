"""A row of small images."""

import numpy as np
import panel as pn
from bokeh.models import ColumnDataSource, FixedTicker
from bokeh.plotting import figure

from workbench.component import Component
from workbench.theme import sides, tile
from workbench.views.canvas_access import CanvasAccess
from workbench.views.fit import fit

WIDTH = 290
"""Of a strip in the inspector, in pixels."""
FILLED = 0.95
"""Longer side of an image, whose place is 1 wide."""


class Strip(Component):
    """A row of small images with a caption under each.

    Args:
        columns: the largest number of images.
        height: of the row with its captions, in pixels.
        label: what the images are, for screen readers.
        width: of the row, in pixels.
    """

    def __init__(self, columns: int, height: int, label: str, width: int = WIDTH) -> None:
        super().__init__()
        self._columns = columns
        self._source = ColumnDataSource({"image": [], "x": [], "y": [], "dw": [], "dh": []})
        plot = figure(
            width=width, height=height, tools="", toolbar_location=None, min_border=2, outline_line_color=None
        )
        fit(plot, (0, columns), (0, 1), centred=False)
        plot.image_rgba("image", x="x", y="y", dw="dw", dh="dh", source=self._source)
        plot.yaxis.visible = plot.grid.visible = False
        plot.axis.axis_line_color = plot.axis.major_tick_line_color = None
        plot.xaxis[0].update(ticker=FixedTicker(ticks=[]), major_tick_out=0, major_label_standoff=3)
        plot.xaxis.major_label_text_font_size = "12px"
        self._plot = plot
        self._access = CanvasAccess(plot, label)
        self._panel = pn.pane.Bokeh(plot, width=width, height=height)

    def draw(self, images: np.ndarray, captions: list[str]) -> None:
        """Shows images (n, channels, H, W) uint8, each with its caption."""
        self._access.say(", ".join(captions))
        width, height = sides(images, FILLED)
        count = len(images)
        self._source.data = {
            "image": [tile(each[None, None], gap=0) for each in images],
            "x": [i + (1 - width) / 2 for i in range(count)],
            "y": [(1 - height) / 2] * count,
            "dw": [width] * count,
            "dh": [height] * count,
        }
        names = {i + 0.5: text for i, text in enumerate(captions)}
        self._plot.xaxis[0].update(ticker=FixedTicker(ticks=list(names)), major_label_overrides=names)
