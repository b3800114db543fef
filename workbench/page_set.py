"""A distilled set on the page: in the side bar, what it says of itself and how it is read."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import panel as pn
import panel_material_ui as pmui
from panel.viewable import Viewable

from workbench.build_queue import Build
from workbench.controls.export import Export, Exported
from workbench.controls.preflight import Preflight
from workbench.controls.set_facts import SetFacts
from workbench.core.frame import Frame
from workbench.core.set_opening import OpenedSet
from workbench.core.set_place import SetPlace
from workbench.core.set_source import SetFile, SetSource
from workbench.core.source import Source
from workbench.page_source import PageTools
from workbench.session import Session


class PageSet:
    """A set, as `PageSource` describes it.

    Args:
        place: which set it is.
        opened: what was found there.
        tools: of the page.
    """

    def __init__(self, place: SetPlace, opened: OpenedSet, tools: PageTools) -> None:
        dataset = None if opened.misfit else place.dataset or None
        file = None
        if dataset is not None:
            file = SetFile(opened.path, dataset, tuple(place.read_as), opened.image_size, place.unreadable)
        self.source: Source = SetSource(
            opened.images, dataset, place.path, 0, opened.image_size, file, place.unreadable
        )
        self.name = f"Set {place.path}"
        self.query = place.write()
        self._place, self._opened, self._tools = place, opened, tools
        self._column = pn.Column(sizing_mode="stretch_width", margin=0)
        self.side: Sequence[Viewable] = [self._column]
        self.below: Sequence[Viewable] = []

    def status(self, frame: Frame) -> str:
        """As `PageSource.status`: how it was read, which the numbers of the images depend on."""
        count, classes = len(self.source.layout), len(self.source.classes)
        read_as = f", read as {', '.join(self._place.read_as)}" if self._place.read_as else ""
        return f"A distilled set: {count} images of {classes} classes{read_as}"

    def builds(self, session: Session) -> list[Build]:
        """As `PageSource.builds`."""
        return [partial(self._add_facts, session)]

    def _add_facts(self, session: Session) -> Iterator[None]:
        # A set has nobody in control.
        self._tools.bar[:] = []
        tools, place, opened = self._tools, self._place, self._opened
        yield
        export = Export(session, tools.link, tools.projector, tools.dialogs, self._exported)
        self._column[:] = [
            SetFacts(place, opened, tools.show_set),
            pn.Row(self._start_button(), export, margin=(0, 6)),
            Preflight(session, tools, place, opened),
        ]

    def _start_button(self) -> pmui.Button:
        button = pmui.Button(
            label="Start a run from it", icon="play_arrow", size="small", variant="text", margin=(0, 3)
        )
        button.on_click(lambda _: self._tools.start_from(self._place))
        return button

    def _exported(self, step: int) -> Exported:
        path = self._place.path
        return Exported(Path(path).stem, {"set": path}, self._tools.sets_root, self._place)
