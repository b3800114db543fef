"""The installed tabs: those of the workbench itself, and those of other packages.

Another package adds a tab by an entry point of the group `hdd_workbench.tabs`, which has the tab's name and refers to
a `Tab`.
"""

from hdd.registry import Registry
from workbench.tabs.base import Tab


def _misfit(name: str, found: object) -> str | None:
    if not isinstance(found, Tab):
        return f"it is a {type(found).__name__}, not a workbench.tabs.base.Tab"
    return None if found.name == name else f"the tab's own name is {found.name!r}"


_NAMES = ("live", "hierarchy", "audit", "runs", "studies", "compare", "learn")
_OWN = {name: f"workbench.tabs.{name}:TAB" for name in _NAMES}

TABS: Registry[Tab] = Registry("tab", "hdd_workbench.tabs", _OWN, _misfit)
"""All installed tabs by name, in the order of the page."""
