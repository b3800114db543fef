"""The tab "Compare", with two runs side by side."""

import panel as pn

from workbench.tabs.base import Need, Part, Tab, TabContent, TabContext
from workbench.views.comparison import Comparison


def build(context: TabContext) -> TabContent:
    """Builds the tab."""
    place = pn.Column(sizing_mode="stretch_both", margin=0)
    return TabContent(place, [Part(place, lambda: Comparison(context.session, context.run_names, context.show_run))])


TAB = Tab("compare", "Compare", build, frozenset({Need.RUN}))
