"""What a page shows, a run or a set, together with the parts of the page that only it has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import panel_material_ui as pmui
from panel.viewable import Viewable

from workbench.browser.link import Link
from workbench.build_queue import Build
from workbench.controls.dialogs import Dialogs
from workbench.core.frame import Frame
from workbench.core.jobs import Engines
from workbench.core.projector import Projector
from workbench.core.set_place import SetPlace
from workbench.core.source import Source
from workbench.session import Session


@dataclass(frozen=True)
class PageTools:
    """What the page lends to the parts that belong to its source.

    Attributes:
        engines: starts processes on the runs of a folder.
        projector: computes in processes that have torch.
        sets_root: the folder of distilled sets.
        link: the link to the browser.
        dialogs: the dialog of the page.
        bar: the empty place on the right of the app bar.
        show_run: shows the run of a directory.
        show_set: shows a set.
        start_from: opens the form for a new run that starts from a set.
    """

    engines: Engines
    projector: Projector
    sets_root: Path
    link: Link
    dialogs: Dialogs
    bar: pmui.Row
    show_run: Callable[[Path], None]
    show_set: Callable[[SetPlace], None]
    start_from: Callable[[SetPlace], None]


class PageSource(Protocol):
    """A source as the page shows it.

    Attributes:
        source: what the views read.
        name: in the app bar's choice of runs.
        query: the pairs by which the address names it.
        side: what is in the side bar; it is put there empty.
        below: what is below the tabs, as `side`.
    """

    source: Source
    name: str
    query: list[tuple[str, str]]
    side: Sequence[Viewable]
    below: Sequence[Viewable]

    def status(self, frame: Frame) -> str:
        """How it is doing, in one sentence for the app bar."""
        ...

    def builds(self, session: Session) -> list[Build]:
        """The functions that make the parts in `side`, `below` and the app bar, to be called in turn."""
        ...
