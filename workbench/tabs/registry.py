"""Which tabs there are: those of the workbench itself, and those that installed packages bring."""

import logging
from collections.abc import Sequence
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from hdd.errors import HDDError
from workbench.tabs import live
from workbench.tabs.base import Tab

GROUP = "hdd_workbench.tabs"
"""Entry points of this group name a `Tab` each."""

BUILT_IN: tuple[Tab, ...] = (live.TAB,)

_LOG = logging.getLogger(__name__)


@cache
def installed_tabs() -> tuple[Tab, ...]:
    """All tabs, in the order of the page: the built-in ones, then those of packages by name.

    A package whose tab cannot be had is named in a warning of the log, and left out.
    """
    tabs = list(BUILT_IN)
    for entry_point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        try:
            tabs.append(_load(entry_point, tabs))
        except Exception as error:
            # Whatever another package does wrong must not take the page away.
            _LOG.warning(
                "The tab %r of the package %s is left out: %s: %s. Update or remove that package.",
                entry_point.name,
                entry_point.dist.name if entry_point.dist else entry_point.value,
                type(error).__name__,
                error,
            )
    return tuple(tabs)


def _load(entry_point: EntryPoint, others: Sequence[Tab]) -> Tab:
    tab = entry_point.load()
    if not isinstance(tab, Tab):
        raise HDDError(f"{entry_point.value} is no workbench.tabs.base.Tab but a {type(tab).__name__}")
    if tab.name in [other.name for other in others]:
        raise HDDError(f"there is a tab called {tab.name!r} already")
    return tab
