"""The tab "Runs", with the table of all runs of the folder."""

from workbench.tabs.base import Need, Part, Tab, TabContent, TabContext
from workbench.theme import paper
from workbench.views.runs import Runs


def build(context: TabContext) -> TabContent:
    """Builds the tab."""
    place = paper(sizing_mode="stretch_both")
    return TabContent(place, [Part(place, lambda: Runs(context.session, context.engines, context.show_run))])


TAB = Tab("runs", "Runs", build, frozenset({Need.RUN}))
