"""The tab "Audit": what stands out among the images, and the figures of the set."""

import panel as pn

from workbench.tabs.base import Need, Part, Tab, TabContent, TabContext
from workbench.views.audit import Audit


def build(context: TabContext) -> TabContent:
    """Builds the tab."""
    place = pn.Column(sizing_mode="stretch_both", margin=0)
    return TabContent(place, [Part(place, lambda: Audit(context.session, context.engines))])


TAB = Tab("audit", "Audit", build, frozenset({Need.FILE}))
