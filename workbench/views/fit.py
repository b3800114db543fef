"""Keeps the same scale on both axes of a figure, whatever its size."""

from bokeh.models import CustomJS, Range1d
from bokeh.plotting import figure

from workbench.browser import callback


def fit(plot: figure, x: tuple[float, float], y: tuple[float, float], centred: bool = True) -> CustomJS:
    """Keeps all of x × y visible at the same scale on both axes, also when the browser resizes the figure.

    Args:
        plot: the figure; its ranges are replaced.
        x, y: the ranges that must be visible.
        centred: whether they stand in the middle of the figure; otherwise in its upper left corner.

    Returns:
        The callback that sets the ranges in the browser; change its `args` to show other ranges.
    """
    plot.x_range, plot.y_range = Range1d(start=x[0], end=x[1]), Range1d(start=y[0], end=y[1])
    middle = 0.5 if centred else 0.0
    arguments = {"plot": plot, "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1], "align": middle, "top": middle}
    fitting = callback("fit.js", **arguments)
    plot.js_on_change("inner_width", fitting)
    plot.js_on_change("inner_height", fitting)
    return fitting
