"""Keeps the proportions of what a figure shows, whatever its size."""

from typing import Any

from bokeh.models import CustomJS, Range1d
from bokeh.plotting import figure

from workbench.browser import callback


def fit(plot: figure, x: tuple[float, float], y: tuple[float, float], centred: bool = True) -> CustomJS:
    """Keeps all of x × y visible, at the same scale on both axes, also when the browser resizes the figure.

    Args:
        plot: the figure; its ranges are replaced.
        x, y: the ranges that must be visible.
        centred: whether they stand in the middle of the figure; otherwise in its upper left corner.

    Returns:
        The callback that sets the ranges in the browser; change its `args` to show other ranges. The argument `aspect`
        is how many times as wide as high a unit is, 1 at first.
    """
    plot.x_range, plot.y_range = Range1d(start=x[0], end=x[1]), Range1d(start=y[0], end=y[1])
    middle = 0.5 if centred else 0.0
    arguments: dict[str, Any] = {"plot": plot, "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1], "aspect": 1.0}
    arguments |= {"align": middle, "top": middle}
    fitting = callback("fit.js", **arguments)
    plot.js_on_change("inner_width", fitting)
    plot.js_on_change("inner_height", fitting)
    fitting.js_on_change("args", fitting)
    return fitting
