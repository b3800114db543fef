"""The playground: figures of the hyperbolic plane that are dragged in the browser, without a server.

    from workbench.views.playground import Playground

    Playground("triangle")                           # in a notebook, as the last line of a cell
    Playground("triangle").save("triangle.html")     # a page that needs nothing else

The same figures are in the tab *Learn* of the page. A figure is a file in `figures/` that declares
`figure(surface, given)`, and its line in `workbench.views.playground.registry`.
"""

from workbench.views.playground.playground import Playground
from workbench.views.playground.registry import FIGURES

__all__ = ["FIGURES", "Playground"]
