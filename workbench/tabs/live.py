"""The tab "Live", with the image wall, the disk and the curves."""

import panel as pn
from panel.viewable import Viewable

from workbench.browser.divider import Divider
from workbench.tabs.base import Part, Tab, TabContent, TabContext, pane
from workbench.views.curves import Curves
from workbench.views.disk import Disk
from workbench.views.image_wall import ImageWall
from workbench.views.root_distances import RootDistances

CURVES_HEIGHT = 240
DISTANCES_WIDTH = 330


def build(context: TabContext) -> TabContent:
    """Builds the tab: the wall and the disk side by side, and below them the curves and the distances to the root.

    A set has no curves, and without real images there are no distances.
    """
    session = context.session
    wall, disk, curves, distances = (pane(sizing_mode="stretch_both") for _ in range(4))
    parts = [Part(wall, lambda: ImageWall(session)), Part(disk, lambda: Disk(session))]
    below: list[Viewable] = []
    if session.source.changes:
        parts.append(Part(curves, lambda: Curves(session, context.run_names)))
        below += [curves, Divider("row", "Width of the curves", after=DISTANCES_WIDTH)]
    if session.source.viewing is not None:
        parts.append(Part(distances, lambda: RootDistances(session)))
        below.append(distances)
    layout = pn.Column(
        pn.Row(wall, Divider("row", "Width of the images"), disk, sizing_mode="stretch_both", margin=0),
        sizing_mode="stretch_both",
        margin=0,
    )
    if below:
        layout.append(Divider("column", "Height of the curves", after=CURVES_HEIGHT))
        layout.append(pn.Row(*below, sizing_mode="stretch_both", margin=0))
    return TabContent(layout, parts)


TAB = Tab("live", "Live", build)
