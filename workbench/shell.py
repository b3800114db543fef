"""The page of a browser session: app bar, controls on the left, tabs, what is below them, and inspector."""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError, NotFoundError
from workbench import compat
from workbench.browser.link import Link
from workbench.build_queue import BuildQueue, alternate
from workbench.compat.guest_cookie import signed_in
from workbench.compat.kept_notifications import forget_notifications
from workbench.compat.local_files import use_local_files
from workbench.compat.session_remains import settle, take_apart
from workbench.controls.dialogs import Dialogs
from workbench.controls.job_watch import JOBS_MILLISECONDS
from workbench.controls.launch import Launch
from workbench.controls.new_run import NewRun
from workbench.controls.notices import notify
from workbench.controls.run_choice import RunChoice
from workbench.controls.set_opener import SetOpener
from workbench.core import address, set_place
from workbench.core.asked import Asked
from workbench.core.frame import Frame, Selection
from workbench.core.jobs import Engines
from workbench.core.projector import Projector
from workbench.core.roles import may_change
from workbench.core.set_opening import OpenedSet
from workbench.core.set_place import SetPlace
from workbench.core.turns import turns
from workbench.page import make_page
from workbench.page_run import PageRun
from workbench.page_set import PageSet
from workbench.page_source import PageSource, PageTools
from workbench.run_names import run_names
from workbench.session import Session
from workbench.tabs.base import Tab, TabContext
from workbench.tabs.pages import TabPages
from workbench.tabs.registry import TABS
from workbench.theme import Text
from workbench.views.inspector import HINT, Inspector
from workbench.views.welcome import Welcome

TWO_LINES = {"display": "-webkit-box", "WebkitLineClamp": 2, "WebkitBoxOrient": "vertical", "overflow": "hidden"}

compat.in_process()


class Shell:
    """The page of a browser session, which shows one run or one distilled set at a time.

    Args:
        engines: starts processes on the runs of a folder.
        projector: computes the disks.
        autostart: whether to start the digits run if there is no run yet.
        tabs: the tabs in the order of the page; None shows all that are installed.
        sets_root: the folder whose distilled sets may be opened; None takes that of the runs.
    """

    lively = False

    def __init__(
        self,
        engines: Engines,
        projector: Projector,
        autostart: bool = False,
        tabs: Sequence[Tab] | None = None,
        sets_root: Path | None = None,
    ) -> None:
        self._engines = engines
        self._projector = projector
        self._autostart = autostart
        self._tabs = TABS.all() if tabs is None else tabs
        self._is_loaded = False
        self._session: Session | None = None
        self._shown: PageSource | None = None
        self._pages: TabPages | None = None
        self._document = pn.state.curdoc
        if self._document is not None:
            use_local_files(self._document)
        self._queue = BuildQueue(self._document, self._is_loaded)
        self._names: list[str] = []
        self._problem = ""
        self._link = Link(names=["run", *set_place.NAMES, *address.NAMES])
        self._dialogs = Dialogs(self._link.copy)
        root = sets_root or engines.root
        self._launch = Launch(engines, self.attach, root, may_change(signed_in()))
        self._run_choice = RunChoice(self._chosen)
        # A long one takes two lines, and leaves the other parts of the app bar their room.
        self._status = Text(
            "",
            variant="body2",
            margin=(0, 8),
            align="center",
            styles={"flex": "0 1 auto", "min-width": "0"},
            sx=TWO_LINES,
        )
        self._bar = pmui.Row(margin=0)
        self._new_run = NewRun(self._launch, engines)
        self._opener = SetOpener(projector, root, self._document, self._show_set, self._after_failure)
        self._tools = PageTools(
            engines=engines,
            projector=projector,
            sets_root=root,
            link=self._link,
            dialogs=self._dialogs,
            bar=self._bar,
            show_run=self.attach,
            show_set=self._opener.open,
            start_from=self._new_run.start_from,
        )
        self._form = pn.Column(sizing_mode="stretch_width", margin=0)
        self._side = pn.Column(sizing_mode="stretch_width", margin=0)
        self._main = pn.Column(sizing_mode="stretch_both", margin=0, styles={"height": "calc(100vh - 84px)"})
        self._inspector = pn.Column(sizing_mode="stretch_width", margin=0)
        self.page = make_page(
            header=[self._run_choice, self._status, pmui.Row(sizing_mode="stretch_width"), self._bar],
            side=[self._link, self._dialogs, self._form, self._side],
            main=self._main,
            inspector=self._inspector,
        )
        self.page.param.watch(
            lambda event: self._link.param.update(colors="dark" if event.new else "light"), "dark_theme"
        )
        self._list_runs()
        asked = Asked.read(pn.state.session_args, [tab.name for tab in self._tabs])
        self._tab, self._asked, self._asked_set = asked.tab, asked.selection, asked.place
        # On the right, notifications would cover the buttons that rewind and fork.
        if pn.state.notifications is not None:
            pn.state.notifications.position = "bottom-left"
        pn.state.onload(self._loaded)
        for problem in asked.problems:
            self._tell("warning", problem)
        pn.state.on_session_destroyed(lambda _: self._ended())
        if self._asked_set is None:
            self.show_run(asked.run or None, self._tab, self._asked.get("compared", ""))
        turns.worked()

    # Life of the session

    def _loaded(self) -> None:
        """Called once a browser shows the page; it is not called when a server is warmed up."""
        pn.state.add_periodic_callback(self._look_after_jobs, JOBS_MILLISECONDS)
        self._projector.warm_up()
        self._is_loaded = True
        self._form[:] = [self._new_run, self._opener]
        self._queue.load()
        self._list_runs()
        if self._asked_set is not None:
            self._link.once_there(partial(self._opener.open, self._asked_set))
        elif not self._names and self._autostart:
            self._launch.start_first()

    def close(self) -> None:
        """Closes the session of what is shown."""
        if self._session is not None:
            self._queue.close()
            self._session.close()
            self._session = self._shown = None

    def _ended(self) -> None:
        """Closes everything that belongs to the browser session."""
        self.close()
        self._opener.close()
        if self._document is not None:
            forget_notifications(self._document)
            take_apart(self._document)

    def _look_after_jobs(self) -> None:
        self._launch.watch_job()
        self._list_runs()

    def _list_runs(self) -> None:
        """Updates the list of the runs."""
        names, problem = self._names, ""
        try:
            names = run_names(self._engines.root)
        except HDDError as error:
            problem = str(error)
            if problem != self._problem:
                self._tell("error", problem)
        self._problem = problem
        if self._session is not None and names != self._names:
            self._session.refresh()
        self._names = names
        shown = [] if self._shown is None else [self._shown.name]
        self._run_choice.offer([*names, *(name for name in shown if name not in names)])

    # What is shown

    def _chosen(self, name: str) -> None:
        if self._shown is None or self._shown.name != name:
            self.attach(name)

    def show_run(self, name: str | None, tab: str = "", compared: str = "") -> None:
        """See `workbench.tabs.base.ShowRun`."""
        self._tab = tab
        self._asked = {**self._asked, "compared": compared}
        self._list_runs()
        # A run that cannot be shown must not hide the others.
        for each in [*filter(None, [name]), *(other for other in self._names if other != name)]:
            self.attach(each)
            if self._session is not None:
                return
        self._welcome()

    def _welcome(self) -> None:
        """Shows what there is to see before the first run."""
        self.close()
        self._side[:], self._bar[:] = [], []
        self.page.contextbar_open = False
        self._status.object = ""
        self._main[:] = [Welcome(self._launch)]

    def attach(self, run: Path | str) -> None:
        """Shows a run, given by its directory, or by its name in the folder; names come from browsers."""
        try:
            self._show(PageRun(run if isinstance(run, Path) else self._engines.directory(run), self._tools))
        except NotFoundError:
            self._tell("warning", f"There is no run “{run}” in {self._engines.root}.")
        except (HDDError, OSError, sqlite3.Error) as error:
            self._tell("error", str(error))

    def _tell(self, kind: str, text: str) -> None:
        """Shows a notification, once there is a page on which it can be seen."""
        if self._is_loaded:
            notify(kind, text)
        else:
            pn.state.onload(partial(notify, kind, text))

    def _show_set(self, place: SetPlace, opened: OpenedSet) -> None:
        self._show(PageSet(place, opened, self._tools))

    def _after_failure(self) -> None:
        """Shows a run if the set that the address asks for cannot be opened."""
        if self._session is None:
            self.show_run(None, self._tab)

    def _show(self, shown: PageSource) -> None:
        """Shows a run or a set, on the same tab as what was shown before, and with all of its selection that fits."""
        selection = Selection(**address.fitting(self._asked, shown.source))
        replaced = self._session is not None
        self.close()
        self._opener.forget()
        self._shown = shown
        session = self._session = Session(shown.source, self._projector, self._link, self._document, selection)
        session.views.append(self)
        selection.param.watch(lambda *_: self._open_inspector(session), ["synthetic", "real"])
        selection.param.watch(lambda *_: self._note(session), list(Selection.param))
        queue = self._queue = BuildQueue(self._document, self._is_loaded)
        context = TabContext(session, self._engines, lambda: self._names, self.show_run)
        pages = self._pages = TabPages(self._tabs, context, queue.extend)
        with pn.io.hold():
            self._side[:] = shown.side
            self._inspector[:] = [Text(HINT, variant="body2", margin=10)]
            builds = pages.open(self._tab or self._tabs[0].name)
            # A single tab needs no strip to choose from.
            self._main[:] = [*([pages.strip] if len(self._tabs) > 1 else []), pages.place, *shown.below]
            self._list_runs()
            self._run_choice.put(shown.name)
            self._status.object = ""
            self._new_run.fold()
            self._open_inspector(session)
        pages.strip.param.watch(lambda _: self._note(session), "active")
        self._note(session)
        session.open()
        session.views.append(pages)
        queue.extend([*alternate(builds, shown.builds(session)), partial(_settle, replaced)])

    def _note(self, session: Session) -> None:
        """Puts what is shown into the address, and keeps it for what is shown next."""
        assert self._pages is not None and self._shown is not None
        self._tab = self._pages.shown
        tab = "" if self._tab == self._tabs[0].name else self._tab
        self._link.query = address.write(self._shown.query, tab, session.selection)
        self._asked = address.carried(session.selection)

    def _open_inspector(self, session: Session) -> None:
        chosen = session.selection.count > 0
        if chosen and not any(isinstance(view, Inspector) for view in session.views):
            inspector = Inspector(session)
            session.add(inspector)
            self._inspector[:] = [Text("Inspector", variant="subtitle2", margin=(8, 10)), inspector]
        self.page.contextbar_open = chosen

    def update(self, frame: Frame) -> None:
        """Brings the app bar up to date."""
        if self._shown is not None:
            self._status.object = self._shown.status(frame)


def _settle(replaced: bool) -> Iterator[None]:
    """The last stage of a page: what has been made stays."""
    settle(replaced)
    yield
