"""Which tabs there are: those of the workbench itself, and those that installed packages bring.

Another package brings one by an entry point of the group `hdd_workbench.tabs` that names a `Tab` and is called like it.
"""

from hdd.registry import Registry
from workbench.tabs.base import Tab


def _misfit(name: str, found: object) -> str | None:
    if not isinstance(found, Tab):
        return f"it is no workbench.tabs.base.Tab but a {type(found).__name__}"
    return None if found.name == name else f"the tab calls itself {found.name!r}"


TABS: Registry[Tab] = Registry("tab", "hdd_workbench.tabs", {"live": "workbench.tabs.live:TAB"}, _misfit)
"""All tabs by name, in the order of the page."""
