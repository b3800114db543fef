"""The tab "Studies", with the arms of a study side by side."""

from workbench.tabs.base import Part, Tab, TabContent, TabContext
from workbench.theme import paper
from workbench.views.studies import StudiesView


def build(context: TabContext) -> TabContent:
    """Builds the tab."""
    place = paper(sizing_mode="stretch_both")
    return TabContent(place, [Part(place, lambda: StudiesView(context.session, context.engines, context.show_run))])


TAB = Tab("studies", "Studies", build)
