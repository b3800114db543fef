"""What the page shows when there is no run yet."""

import panel as pn
import panel_material_ui as pmui

from workbench.component import Component
from workbench.controls.launch import Launch
from workbench.theme import Text, paper

WELCOME = """
A small set of synthetic images is optimised until the hyperbolic centroids of its features match those of the real
images. Start a run and watch the images form. Then change the **curvature**, **prune** the real images, look back along
the timeline, and fork the run.
"""


class Welcome(Component):
    """A button that starts the digits run without asking for anything.

    Args:
        launch: starts the run.
    """

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        start = pmui.Button(
            label="Start the digits run", icon="play_arrow", variant="contained", size="large", margin=(10, 10)
        )
        start.on_click(lambda _: launch.start_first())
        self._panel = paper(
            Text("Watch a data set being distilled", variant="h5", margin=(16, 20, 4, 20)),
            pmui.Typography(WELCOME, margin=(4, 20)),
            pn.Row(start, margin=(0, 10, 10, 10)),
            pn.Row(launch.notice_for(start), margin=(0, 10), sizing_mode="stretch_width"),
            Text(
                "Bundled digits, 10 images per class, a minute or two on a laptop. For other data, open “New run” on "
                "the left; to look at a set that others have distilled, “Open a distilled set”.",
                variant="caption",
                margin=(0, 20, 16, 20),
            ),
            max_width=620,
            margin=(60, 40),
        )
