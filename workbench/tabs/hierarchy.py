"""The tab "Hierarchy": one class from its root to its leaves."""

import panel as pn

from workbench.tabs.base import Need, Part, Tab, TabContent, TabContext
from workbench.views.hierarchy import ClassHierarchy


def build(context: TabContext) -> TabContent:
    """Builds the tab."""
    place = pn.Column(sizing_mode="stretch_both", margin=0)
    return TabContent(place, [Part(place, lambda: ClassHierarchy(context.session))])


TAB = Tab("hierarchy", "Hierarchy", build, frozenset({Need.REAL}))
