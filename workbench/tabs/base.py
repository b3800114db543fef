"""What a tab of the page consists of.

Another package adds a tab by an entry point of the group `hdd_workbench.tabs`, which has the name of the tab.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import panel as pn
from panel.layout.base import ListLike
from panel.viewable import Viewable

from hdd.errors import HDDError
from workbench.core.audited import Audited
from workbench.core.frame import View
from workbench.core.jobs import Engines
from workbench.core.run_source import RunSource
from workbench.core.source import Source
from workbench.session import Session
from workbench.theme import paper


class Need(StrEnum):
    """What a tab needs before it can show anything; the values are the words that the page uses."""

    RUN = "a run"
    REAL = "the real images"
    FILE = "a run, or a set in a file whose real images are known"
    STEPS = "a run that has made at least one step"

    def is_met(self, source: Source) -> bool:
        """Whether `source` has it at the moment."""
        if self is Need.REAL:
            return source.viewing is not None
        if self is Need.FILE:
            return Audited.of(source) is not None
        return isinstance(source, RunSource) and (self is Need.RUN or source.state.step > 0)


def pane(**size: Any) -> pn.Column:
    """An empty sheet of paper for a view, which users can maximise; `size` is as for all components of Panel."""
    return paper(css_classes=["hdd-pane"], **size)


class ShowRun(Protocol):
    """Shows another run on the page."""

    def __call__(self, name: str | None, tab: str = "", compared: str = "") -> None:
        """Shows a run.

        Args:
            name: of the run; None shows the one that was written last, after the run that was shown has been deleted.
            tab: name of the tab to show it on, "" for the first.
            compared: name of the run to compare it with.
        """
        ...


def _show_nothing(name: str | None, tab: str = "", compared: str = "") -> None:
    pass


@dataclass(frozen=True)
class TabContext:
    """What a tab is given to build its content.

    Attributes:
        session: the session of the page, with its source, and the selection that all views share.
        engines: starts processes on runs.
        run_names: lists the runs in the folder, the most recently written first.
        show_run: shows another run on the page; does nothing where there is no page.
    """

    session: Session
    engines: Engines
    run_names: Callable[[], list[str]]
    show_run: ShowRun = _show_nothing


@dataclass(frozen=True)
class Part:
    """A view and its place in a layout. The view is made after the layout, and is shown a frame before it is put there.

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
        layout: is put on the page immediately, while the places of the parts are still empty.
        parts: the views, which are made one at a time in this order.
    """

    layout: Viewable
    parts: Sequence[Part]


@dataclass(frozen=True)
class Tab:
    """A tab of the page.

    Attributes:
        name: key of the tab, of small letters, digits and dashes, so that it can be part of an address.
        title: the title on the page.
        build: makes the content; called when the tab is first shown.
        needs: what the source must have; while something is missing, the page says what that is.

    Raises:
        HDDError: the name has other characters.
    """

    name: str
    title: str
    build: Callable[[TabContext], TabContent]
    needs: frozenset[Need] = frozenset()

    def __post_init__(self) -> None:
        """Checks the name."""
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise HDDError(f"{self.name!r} cannot name a tab: use small letters, digits and dashes, such as my-tab.")
