"""The tab "Learn": the playground."""

import panel as pn

from workbench.tabs.base import Part, Tab, TabContent, TabContext
from workbench.views.learn import Learn


def build(context: TabContext) -> TabContent:
    """Builds the tab."""
    place = pn.Column(sizing_mode="stretch_both", margin=0)
    return TabContent(place, [Part(place, lambda: Learn(context.session))])


TAB = Tab("learn", "Learn", build)
