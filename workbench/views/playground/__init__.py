"""The playground: figures of the hyperbolic plane that are dragged in the browser, without a server.

    from workbench.views.playground import Figure

    Figure("triangle")                           # in a notebook, as the last line of a cell
    Figure("triangle").save("triangle.html")     # a page that needs nothing else

The same figures are in the tab *Learn* of the page. A figure is a file in `figures/` that declares
`figure(surface, given)`, and its line in `workbench.views.playground.registry`.
"""

from workbench.views.playground.figure import Figure
from workbench.views.playground.registry import FIGURES

__all__ = ["FIGURES", "Figure"]
