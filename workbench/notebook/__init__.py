"""The views of the page in a notebook; they stay live while a run goes on in another process.

    from workbench.notebook import Curves, Disk, ImageWall, Workbench, fork, start, wait

    run = start(dataset="digits", steps=500)
    Workbench(run)

`Disk(run).selection` and `ImageWall(run).selection` are what was selected with the pointer: `selection.synthetic`, a
list of (class, index), and `selection.real`, a list of indices into the data set's training images.

`triangle = Playground("triangle")` is a figure of hyperbolic geometry to drag, see `workbench.views.playground`; its
corners are `triangle.values`.

A cell shows the view that its last line makes, until the cell is cleared or run again. All views of a kernel share one
driver lease. A saved notebook keeps what each view showed when its cell was run.
"""

import panel as pn
from IPython.display import HTML, display

from workbench.compat import material_bundle
from workbench.notebook.background import fork, start
from workbench.notebook.views import CurvesCell as Curves
from workbench.notebook.views import DiskCell as Disk
from workbench.notebook.views import ImageWallCell as ImageWall
from workbench.notebook.waiting import wait
from workbench.notebook.workbench_cell import WorkbenchCell as Workbench
from workbench.views.playground import Playground

# With inline code nothing is fetched from the network, and a saved notebook shows its views without a server.
pn.extension(inline=True)
display(HTML(material_bundle.icon_font()))

__all__ = ["Curves", "Disk", "ImageWall", "Playground", "Workbench", "fork", "start", "wait"]
