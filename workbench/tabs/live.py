"""The tab "Live", with the image wall, the disk and the curves."""

import panel_material_ui as pmui

from workbench.tabs.base import Part, Tab, TabContent, TabContext, pane
from workbench.views.curves import Curves
from workbench.views.disk import Disk
from workbench.views.image_wall import ImageWall
from workbench.views.root_distances import RootDistances

CURVES_HEIGHT = 240
DISTANCES_WIDTH = 330


def build(context: TabContext) -> TabContent:
    """Builds the tab: the wall and the disk side by side, and below them the curves and the distances to the root."""
    session = context.session
    wall, disk, curves = (pane(sizing_mode="stretch_both") for _ in range(3))
    distances = pane(sizing_mode="stretch_height", width=DISTANCES_WIDTH)
    layout = pmui.Column(
        pmui.Row(wall, disk, sizing_mode="stretch_both", margin=0, min_height=300),
        pmui.Row(curves, distances, sizing_mode="stretch_width", height=CURVES_HEIGHT, margin=0),
        sizing_mode="stretch_both",
        margin=0,
    )
    return TabContent(
        layout,
        [
            Part(wall, lambda: ImageWall(session)),
            Part(disk, lambda: Disk(session)),
            Part(curves, lambda: Curves(session, context.run_names)),
            Part(distances, lambda: RootDistances(session)),
        ],
    )


TAB = Tab("live", "Live", build)
