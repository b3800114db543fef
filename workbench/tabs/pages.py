"""The tabs of a page. Each is built when it is first shown, and gets frames only while it is visible."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import panel as pn
import panel_material_ui as pmui

from workbench.build_queue import Build
from workbench.component import SourceComponent
from workbench.core.frame import Frame, View
from workbench.tabs.base import Part, Tab, TabContent, TabContext
from workbench.theme import Text


class _Page:
    """A tab on a page.

    Attributes:
        content: what `tab.build` returned, None before it is called.
        views: the views that have been made so far.
    """

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.content: TabContent | None = None
        self.views: list[View] = []


class TabPages:
    """Shows in `place` the one tab that is chosen on the strip.

    Args:
        tabs: the tabs in the order of the strip.
        context: what the tabs are built from.
        extend_queue: called with the functions that build the parts of a tab, to be called in turn.

    Attributes:
        strip: the strip of tab titles from which users choose; with a single tab it need not be on the page.
        place: the container of the tab that is shown.
    """

    lively = False

    def __init__(self, tabs: Sequence[Tab], context: TabContext, extend_queue: Callable[[list[Build]], None]) -> None:
        self._context = context
        self._session = context.session
        self._extend_queue = extend_queue
        self._pages = [_Page(tab) for tab in tabs]
        self._shown = self._pages[0]
        self._missing = Text("", variant="body2", margin=20)
        # The strip's own tabs stay empty. Their content is put into `place` instead, so that views can be brought up to
        # date before they are on the page.
        self.strip = pmui.Tabs(
            *((tab.title, pn.Row(height=0, margin=0)) for tab in tabs),
            sizing_mode="stretch_width",
            height=48,
            margin=0,
        )
        self.strip.param.watch(lambda event: self._choose(self._pages[event.new]), "active")
        self.place = pn.Column(sizing_mode="stretch_both", margin=0)

    @property
    def names(self) -> list[str]:
        """The names of the tabs."""
        return [page.tab.name for page in self._pages]

    @property
    def shown(self) -> str:
        """The name of the visible tab."""
        return self._shown.tab.name

    def open(self, name: str) -> list[Build]:
        """Shows the tab called `name`; returns the functions that build its parts."""
        self._shown = self._pages[self.names.index(name)]
        self.strip.active = self.names.index(name)
        return self._put()

    def update(self, frame: Frame) -> None:
        """Builds the visible tab if it has not been built and has now what it needs."""
        if self._shown.content is None:
            self._extend_queue(self._put())

    def _choose(self, page: _Page) -> None:
        if page is self._shown:
            return
        for view in self._shown.views:
            self._session.views.remove(view)
            if isinstance(view, SourceComponent):
                view.hide()
        self._shown = page
        for view in page.views:
            self._session.add(view)
        self._extend_queue(self._put())

    def _put(self) -> list[Build]:
        """Puts the visible tab in place, or a text that says what it needs.

        Returns:
            The functions that build its parts; none if it has been built already, or cannot be built yet.
        """
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

    def _add(self, page: _Page, part: Part) -> Iterator[None]:
        view = part.make()
        yield
        page.views.append(view)
        if page is self._shown:
            self._session.add(view)
        yield
        part.place[:] = [view]
