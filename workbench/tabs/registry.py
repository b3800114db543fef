"""Which tabs there are: those of the workbench itself, and those that installed packages bring."""

from typing import Any

from hdd.registry import Registry
from workbench.tabs.base import Tab


def _misfit(found: Any) -> str | None:
    return None if isinstance(found, Tab) else f"{found!r} is no workbench.tabs.base.Tab"


TABS: Registry[Tab] = Registry("tab", "hdd_workbench.tabs", {"live": "workbench.tabs.live:TAB"}, _misfit)
"""In the order of the page; a package brings one by an entry point that has the tab's name and points to a `Tab`."""


def installed_tabs() -> tuple[Tab, ...]:
    """All tabs, in the order of the page."""
    for name in TABS.names():
        if TABS.get(name).name != name:
            TABS.leave_out(name, f"the tab is called {TABS.get(name).name!r}: give both the same name")
    return tuple(TABS.get(name) for name in TABS.names())
