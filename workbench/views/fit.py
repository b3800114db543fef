"""Figures whose units are square whatever room they get."""

from bokeh.models import CustomJS, Range1d
from bokeh.plotting import figure

from workbench.browser import callback


def fit(plot: figure, x: tuple[float, float], y: tuple[float, float], centred: bool = True) -> CustomJS:
    """Keeps all of x × y in sight at equal scales, whenever the browser gives the figure another size.

    Args:
        plot: with ranges of its own.
        x, y: what must be in sight.
        centred: in the middle of the room, else in its upper left corner.

    Returns:
        The callback: change its `args` to show another part.
    """
    plot.x_range, plot.y_range = Range1d(*x), Range1d(*y)
    middle = 0.5 if centred else 0.0
    arguments = {"plot": plot, "x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1], "align": middle, "top": middle}
    fitting = callback("fit.js", **arguments)
    plot.js_on_change("inner_width", fitting)
    plot.js_on_change("inner_height", fitting)
    return fitting
