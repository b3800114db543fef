"""What a tab of the page is.

Another package brings one by an entry point of the group `hdd_workbench.tabs`, which has the tab's name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from panel.layout.base import ListLike
from panel.viewable import Viewable

from hdd.errors import HDDError
from workbench.core.frame import View
from workbench.core.jobs import Engines
from workbench.core.run_source import RunSource
from workbench.core.source import Source
from workbench.session import Session


class Need(StrEnum):
    """What a source must have before a tab can show anything of it, as the page says it."""

    RUN = "a run"
    STEPS = "a run that has made at least one step"

    def is_met(self, source: Source) -> bool:
        """Whether `source` has it now."""
        return isinstance(source, RunSource) and (self is Need.RUN or source.state.step > 0)


@dataclass(frozen=True)
class TabContext:
    """What a tab is built from.

    Attributes:
        session: what the page looks at: the source, and the selection that all views share.
        engines: start processes on runs.
        run_names: lists the runs in the folder, the one that was written to last first.
    """

    session: Session
    engines: Engines
    run_names: Callable[[], list[str]]


@dataclass(frozen=True)
class Part:
    """A view and its place in a layout. It is made after the layout, and shows a frame before it is put there.

    Attributes:
        place: an empty container in the layout.
        make: makes the view.
    """

    place: ListLike
    make: Callable[[], View]


@dataclass(frozen=True)
class TabContent:
    """What a tab shows.

    Attributes:
        layout: is on the page at once, with the places of the parts empty.
        parts: are made in this order, one at a time.
    """

    layout: Viewable
    parts: Sequence[Part]


@dataclass(frozen=True)
class Tab:
    """A tab of the page.

    Attributes:
        name: key, of small letters, digits and dashes, so that it can stand in an address.
        title: that is read on the page.
        build: makes its content; called when the tab is first shown.
        needs: what the source must have; until it does, the page says what is missing.

    Raises:
        HDDError: a name of other characters.
    """

    name: str
    title: str
    build: Callable[[TabContext], TabContent]
    needs: frozenset[Need] = frozenset()

    def __post_init__(self) -> None:
        """Checks the name."""
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise HDDError(f"{self.name!r} cannot name a tab: give small letters, digits and dashes, such as my-tab.")
