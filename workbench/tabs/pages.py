"""The tabs of one page on one run: each is built when it is first shown, and fed only while it is visible."""

from collections.abc import Callable, Sequence
from functools import partial

import panel_material_ui as pmui

from workbench.build_queue import Build
from workbench.core.frame import Frame, View
from workbench.tabs.base import Part, Tab, TabContent, TabContext
from workbench.theme import Text


class _Page:
    """A tab with what was built of it.

    Attributes:
        content: None until the tab is built.
        views: that were made of its parts so far.
    """

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.content: TabContent | None = None
        self.views: list[View] = []


class TabPages:
    """Shows one tab at a time in `place`, as the strip of tabs says.

    Args:
        tabs: in the order of the strip.
        context: to build them from.
        extend_queue: takes what builds the parts of a tab, in turn.

    Attributes:
        strip: by which users choose; there is nothing to choose in a single tab, so do not show it then.
        place: where the tab is.
    """

    lively = False

    def __init__(self, tabs: Sequence[Tab], context: TabContext, extend_queue: Callable[[list[Build]], None]) -> None:
        self._context = context
        self._session = context.session
        self._extend_queue = extend_queue
        self._pages = [_Page(tab) for tab in tabs]
        self._shown = self._pages[0]
        self._missing = Text("", variant="body2", margin=20)
        # The content of the strip's own tabs stays empty, so that views are up to date before they come to the page.
        self.strip = pmui.Tabs(
            *((tab.title, pmui.Row(height=0, margin=0)) for tab in tabs),
            sizing_mode="stretch_width",
            height=48,
            margin=0,
        )
        self.strip.param.watch(lambda event: self._choose(self._pages[event.new]), "active")
        self.place = pmui.Column(sizing_mode="stretch_both", margin=0)

    @property
    def names(self) -> list[str]:
        """Keys of the tabs."""
        return [page.tab.name for page in self._pages]

    @property
    def shown(self) -> str:
        """Key of the tab that is visible."""
        return self._shown.tab.name

    def open(self, name: str) -> list[Build]:
        """Shows the first tab; returns what builds its parts."""
        self._shown = self._pages[self.names.index(name)]
        self.strip.active = self.names.index(name)
        return self._put()

    def update(self, frame: Frame) -> None:
        """Builds the visible tab if what it needs has come."""
        if self._shown.content is None:
            self._extend_queue(self._put())

    def _choose(self, page: _Page) -> None:
        if page is self._shown:
            return
        for view in self._shown.views:
            self._session.views.remove(view)
        self._shown = page
        for view in page.views:
            self._session.add(view)
        self._extend_queue(self._put())

    def _put(self) -> list[Build]:
        """Puts the visible tab in place, or what it lacks; returns what builds its parts, if that is to do."""
        page = self._shown
        missing = [need for need in sorted(page.tab.needs) if not need.is_met(self._session.source)]
        if page.content is None and missing:
            self._missing.object = f"{page.tab.title} needs {' and '.join(missing)}."
            self.place[:] = [self._missing]
            return []
        builds = []
        if page.content is None:
            page.content = page.tab.build(self._context)
            builds = [partial(self._add, page, part) for part in page.content.parts]
        self.place[:] = [page.content.layout]
        return builds

    def _add(self, page: _Page, part: Part) -> None:
        view = part.make()
        page.views.append(view)
        if page is self._shown:
            self._session.add(view)
        part.place[:] = [view]
