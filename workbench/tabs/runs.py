"""The tab "Runs", with the table of all runs of the folder."""

import panel_material_ui as pmui

from workbench.tabs.base import Need, Part, Tab, TabContent, TabContext
from workbench.views.runs import Runs


def build(context: TabContext) -> TabContent:
    """Builds the tab."""
    place = pmui.Paper(sizing_mode="stretch_both", margin=4)
    return TabContent(place, [Part(place, lambda: Runs(context.session, context.engines, context.show_run))])


TAB = Tab("runs", "Runs", build, frozenset({Need.RUN}))
