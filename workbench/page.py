"""The page without its content: an app bar, a side bar on the left, the middle, and the inspector on the right."""

from collections.abc import Sequence

import panel_material_ui as pmui
from panel.viewable import Viewable, Viewer

from workbench import browser, compat
from workbench.compat.page_busy import ignore_busy
from workbench.theme import THEME
from workbench.theme.color_scheme import SCRIPT, is_dark

SIDE_WIDTH = 310
INSPECTOR_WIDTH = 320
TIMELINE_HEIGHT = 96
TEMPLATE = (
    "{% extends base %}"
    + "{% block preamble %}{{ super() }}<script>{% raw %}"
    + SCRIPT
    + "{% endraw %}</script>{% endblock %}{% block postamble %}{{ super() }}<script>{% raw %}"
    + browser.module(*compat.PAGE)
    + "{% endraw %}</script>{% endblock %}"
)
"""What a page runs before it is made."""
NARROW = "@media (max-width: 1279.95px)"
"""Beside the inspector, the disk and the curves would be too small to read."""

WITHOUT_TITLE = "@media (max-width: 1099.95px)"
"""Beside the title, the app bar would have no room to say how the run is doing, and who is in control."""


def make_page(
    header: Sequence[Viewable | Viewer],
    side: Sequence[Viewable | Viewer],
    main: Viewable,
    inspector: Viewable,
) -> pmui.Page:
    """Makes the page with what is in its parts; the inspector is closed at first.

    Users can change the width of both bars. Where the page is narrow, the inspector lies over the middle instead of
    taking room from it, but leaves out the timeline, by which one looks at a selected image at other steps.
    """
    page = pmui.Page(
        title="HDD Workbench",
        header=list(header),
        sidebar=list(side),
        sidebar_width=SIDE_WIDTH,
        sidebar_resizable=True,
        contextbar=[inspector],
        contextbar_width=INSPECTOR_WIDTH,
        contextbar_resizable=True,
        contextbar_open=False,
        contextbar_variant="persistent",
        main=[main],
        theme_config=THEME,
        dark_theme=is_dark(),
        template=TEMPLATE,
        busy_indicator=None,
        sx={
            # A closed side bar lies outside of the visible page. With "hidden", the default, the page would scroll to
            # it when something in it gets the focus.
            "overflow": "clip",
            WITHOUT_TITLE: {"& header .title": {"display": "none"}},
            NARROW: {
                "& > main": {"marginRight": 0},
                "& > nav:last-of-type": {"position": "absolute", "right": 0, "zIndex": 1200, "pointerEvents": "none"},
                "& > nav:last-of-type .contextbar": {
                    "maxHeight": f"calc(100vh - {TIMELINE_HEIGHT + 8}px)",
                    "pointerEvents": "auto",
                },
            },
        },
    )
    ignore_busy(page)
    return page
