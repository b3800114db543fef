"""The page of a browser session: app bar, controls on the left, tabs, timeline, and inspector."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError
from workbench import compat
from workbench.browser.link import Link
from workbench.build_queue import BuildQueue
from workbench.compat.kept_notifications import forget_notifications
from workbench.compat.local_files import use_local_files
from workbench.controls.branching import Branching
from workbench.controls.dialogs import Dialogs
from workbench.controls.driver import DriverButton
from workbench.controls.evaluator import Evaluator
from workbench.controls.export import Export
from workbench.controls.job_watch import JOBS_MILLISECONDS
from workbench.controls.launch import Launch
from workbench.controls.new_run import NewRun
from workbench.controls.notices import notify
from workbench.controls.recipe_buttons import RecipeButtons
from workbench.controls.run_choice import RunChoice
from workbench.controls.runner import Runner, status_text
from workbench.controls.steering import Steering
from workbench.core import address
from workbench.core.frame import Frame, Selection
from workbench.core.jobs import Engines
from workbench.core.projector import Projector
from workbench.core.run_source import source_of
from workbench.page import TIMELINE_HEIGHT, make_page
from workbench.run_names import run_names
from workbench.session import Session
from workbench.tabs.base import Tab, TabContext
from workbench.tabs.pages import TabPages
from workbench.tabs.registry import TABS
from workbench.theme import Text, paper
from workbench.views.inspector import HINT, Inspector
from workbench.views.timeline import Timeline
from workbench.views.welcome import Welcome

compat.in_process()


class Shell:
    """The page of a browser session, which shows one run at a time.

    Args:
        engines: starts processes on the runs of a folder.
        projector: computes the disks.
        autostart: whether to start the digits run if there is no run yet.
        tabs: the tabs in the order of the page; None shows all that are installed.
    """

    lively = False

    def __init__(
        self,
        engines: Engines,
        projector: Projector,
        autostart: bool = False,
        tabs: Sequence[Tab] | None = None,
    ) -> None:
        self._engines = engines
        self._projector = projector
        self._autostart = autostart
        self._tabs = TABS.all() if tabs is None else tabs
        self._is_loaded = False
        self._session: Session | None = None
        self._pages: TabPages | None = None
        self._document = pn.state.curdoc
        if self._document is not None:
            use_local_files(self._document)
        self._queue = BuildQueue(self._document, self._is_loaded)
        self._names: list[str] = []
        self._link = Link(names=list(address.NAMES))
        self._dialogs = Dialogs(self._link.copy)
        self._launch = Launch(engines, self.attach)
        self._run_choice = RunChoice(self._chosen)
        self._status = Text("", variant="body2", margin=(14, 8))
        self._driver = pmui.Row(margin=0)
        self._new_run = NewRun(self._launch, engines)
        self._form = pn.Column(sizing_mode="stretch_width", margin=0)
        self._side = pn.Column(sizing_mode="stretch_width", margin=0)
        self._main = pn.Column(sizing_mode="stretch_both", margin=0, styles={"height": "calc(100vh - 84px)"})
        self._inspector = pn.Column(sizing_mode="stretch_width", margin=0)
        self.page = make_page(
            header=[self._run_choice, self._status, pmui.Row(sizing_mode="stretch_width"), self._driver],
            side=[self._link, self._dialogs, self._form, self._side],
            main=self._main,
            inspector=self._inspector,
        )
        self.page.param.watch(
            lambda event: self._link.param.update(colors="dark" if event.new else "light"), "dark_theme"
        )
        self._list_runs()
        query = pn.state.session_args
        asked, self._tab = (query.get(name, [b""])[0].decode(errors="replace") for name in ("run", "tab"))
        self._asked, problems = address.read(query)
        # On the right, notifications would cover the buttons that rewind and fork.
        if pn.state.notifications is not None:
            pn.state.notifications.position = "bottom-left"
        pn.state.onload(self._loaded)
        if asked not in ("", *self._names):
            problems.append(f"There is no run “{asked}” in {engines.root}.")
        if self._tab not in ("", *(tab.name for tab in self._tabs)):
            problems.append(f"There is no tab “{self._tab}”: there are {', '.join(tab.name for tab in self._tabs)}.")
            self._tab = ""
        for problem in problems:
            pn.state.onload(partial(notify, "warning", problem))
        pn.state.on_session_destroyed(lambda _: self._ended())
        if self._names:
            self.attach(engines.root / (asked if asked in self._names else self._names[0]))
        if self._session is None:
            self._welcome()

    # Life of the session

    def _loaded(self) -> None:
        """Called once a browser shows the page; it is not called when a server is warmed up."""
        pn.state.add_periodic_callback(self._look_after_jobs, JOBS_MILLISECONDS)
        self._projector.warm_up()
        self._is_loaded = True
        self._form[:] = [self._new_run]
        self._queue.load()
        self._list_runs()
        if not self._names and self._autostart:
            self._launch.start_first()

    def close(self) -> None:
        """Closes the session of the run that is shown."""
        if self._session is not None:
            self._queue.close()
            self._session.close()
            self._session = None

    def _ended(self) -> None:
        """Closes everything that belongs to the browser session."""
        self.close()
        if self._document is not None:
            forget_notifications(self._document)

    def _look_after_jobs(self) -> None:
        self._launch.watch_job()
        self._list_runs()

    def _list_runs(self) -> None:
        """Updates the list of the runs."""
        names = run_names(self._engines.root)
        if self._session is not None and names != self._names:
            self._session.refresh()
        self._names = names
        shown = [] if self._session is None else [self._session.run_source.run.path.name]
        self._run_choice.offer([*names, *(name for name in shown if name not in names)])

    # Attaching to a run

    def _chosen(self, name: str) -> None:
        if self._session is None or self._session.run_source.run.path.name != name:
            self.attach(self._engines.root / name)

    def show_run(self, name: str | None, tab: str = "", compared: str = "") -> None:
        """See `workbench.tabs.base.ShowRun`."""
        self._tab = tab
        self._asked = {**self._asked, "compared": compared}
        self._list_runs()
        if name is not None:
            self.attach(self._engines.root / name)
        elif self._names:
            self.attach(self._engines.root / self._names[0])
        else:
            self._welcome()

    def _welcome(self) -> None:
        """Shows what there is to see before the first run."""
        self.close()
        self._side[:], self._driver[:] = [], []
        self.page.contextbar_open = False
        self._status.object = ""
        self._main[:] = [Welcome(self._launch)]

    def attach(self, path: Path) -> None:
        """Shows the run in `path`, on the same tab as the run before, and with all of its selection that fits."""
        try:
            source = source_of(path)
        except HDDError as error:
            notify("error", str(error))
            return
        selection = Selection(**address.fitting(self._asked, source))
        self.close()
        session = self._session = Session(source, self._projector, self._link, self._document, selection)
        session.views.append(self)
        selection.param.watch(lambda *_: self._open_inspector(session), ["synthetic", "real"])
        selection.param.watch(lambda *_: self._note(session), list(Selection.param))
        queue = self._queue = BuildQueue(self._document, self._is_loaded)
        context = TabContext(session, self._engines, lambda: self._names, self.show_run)
        pages = self._pages = TabPages(self._tabs, context, queue.extend)
        timeline = paper(sizing_mode="stretch_width", height=TIMELINE_HEIGHT)
        runner, steering = (pn.Column(sizing_mode="stretch_width", margin=0) for _ in range(2))
        with pn.io.hold():
            self._side[:] = [runner, steering]
            self._inspector[:] = [Text(HINT, variant="body2", margin=10)]
            builds = pages.open(self._tab or self._tabs[0].name)
            # A single tab needs no strip to choose from.
            self._main[:] = [*([pages.strip] if len(self._tabs) > 1 else []), pages.place, timeline]
            self._list_runs()
            self._run_choice.put(path.name)
            self._status.object = ""
            self._new_run.fold()
            self._open_inspector(session)
        pages.strip.param.watch(lambda _: self._note(session), "active")
        self._note(session)
        session.open()
        session.views.append(pages)
        own = [
            partial(self._add_driver, session),
            partial(self._add_runner, session, runner),
            partial(self._add_timeline, session, timeline),
            partial(self._add_steering, session, steering),
        ]
        queue.extend(_alternate(builds, own))

    def _add_driver(self, session: Session) -> None:
        driver = DriverButton(session)
        session.add(driver)
        self._driver[:] = [driver]

    def _add_runner(self, session: Session, place: pn.Column) -> None:
        runner = Runner(session, self._engines)
        session.add(runner)
        session.on_keys(space=runner.toggle)
        evaluator = Evaluator(session, self._engines)
        session.add(evaluator)
        recipes = RecipeButtons(session, self._dialogs)
        place[:] = [runner, evaluator, recipes, Export(session, self._link)]

    def _add_timeline(self, session: Session, place: pn.Column) -> None:
        branching = Branching(session, self._dialogs, self.attach)
        timeline = Timeline(session, branching.ask_rewind, branching.fork)
        session.add(timeline)
        session.on_keys(
            left=lambda: timeline.move(-1),
            right=lambda: timeline.move(1),
            home=lambda: timeline.jump(0),
            end=timeline.follow,
            live=timeline.follow,
        )
        place[:] = [timeline]

    def _add_steering(self, session: Session, place: pn.Column) -> None:
        steering = Steering(session)
        session.add(steering)
        place[:] = [steering]

    def _note(self, session: Session) -> None:
        """Puts what is shown into the address, and keeps it for the next run."""
        assert self._pages is not None
        self._tab = self._pages.shown
        tab = "" if self._tab == self._tabs[0].name else self._tab
        self._link.query = address.write(session.run_source.run.path.name, tab, session.selection)
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
        self._status.object = status_text(frame)


def _alternate(*builds: Iterable) -> Iterator:
    """Yields the first item of each iterable, then the second of each, and so on."""
    rounds = zip_longest(*builds)
    return (build for build in chain.from_iterable(rounds) if build is not None)
