"""Figures whose units are square whatever room they get."""

from bokeh.models import CustomJS, Range1d
from bokeh.plotting import figure

_FIT = """
const width = plot.inner_width, height = plot.inner_height
if (!(width > 0 && height > 0)) return
const unit = Math.min(width / (x1 - x0), height / (y1 - y0))
const [dx, dy] = [width / unit - (x1 - x0), height / unit - (y1 - y0)]
plot.x_range.setv({start: x0 - align * dx, end: x1 + (1 - align) * dx})
plot.y_range.setv({start: y0 - (1 - top) * dy, end: y1 + top * dy})
"""


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
    callback = CustomJS(args=arguments, code=_FIT)
    plot.js_on_change("inner_width", callback)
    plot.js_on_change("inner_height", callback)
    return callback
