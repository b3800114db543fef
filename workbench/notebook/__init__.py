"""The page's views in a notebook, live while a run goes on in a process of its own.

    from workbench.notebook import Curves, Disk, ImageWall, Workbench, fork, start, wait

    run = start(dataset="digits", steps=500)
    Workbench(run)

A cell shows the view that its last line makes; the view ends when the cell is cleared or run again. All views of a
kernel share the driver's seat. A saved notebook keeps what each showed when its cell was run.
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

# Nothing is fetched from elsewhere, and a saved notebook shows its views without a server.
pn.extension(inline=True)
display(HTML(material_bundle.icon_font()))

__all__ = ["Curves", "Disk", "ImageWall", "Workbench", "fork", "start", "wait"]
