"""One browser session's page: the app bar, set-up and steering on the left, the views, the timeline, the inspector."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import panel as pn
import panel_material_ui as pmui
import param
from panel.util import edit_readonly

from hdd.errors import HDDError
from hdd.runs import history
from hdd.runs.run import Run
from workbench import compat
from workbench.browser.link import Link
from workbench.controls.dialogs import Dialogs
from workbench.controls.driver import SeatButton
from workbench.controls.launch import Launch
from workbench.controls.recipe import as_command, as_python
from workbench.controls.runner import JOBS_MILLISECONDS, Runner, tell
from workbench.controls.setup import Setup
from workbench.controls.steering import WHO, Steering, notify
from workbench.core.frame import Frame
from workbench.core.jobs import Engines
from workbench.core.projector import Projector
from workbench.core.run_source import source_of
from workbench.session import Session
from workbench.theme import HIDDEN, ON_BAR, THEME, Text, show
from workbench.views.curves import Curves
from workbench.views.disk import Disk
from workbench.views.image_wall import ImageWall
from workbench.views.inspector import HINT, Inspector
from workbench.views.timeline import Timeline

CURVES_HEIGHT = 240
TIMELINE_HEIGHT = 96
WELCOME = """
A small synthetic set of images is optimised so that its features have the same hyperbolic centroids as the real ones.
Start a run and watch the images form; then drag the **curvature**, **prune** the real images, look back along the
timeline, and fork.
"""

compat.in_process()


def run_names(root: Path) -> list[str]:
    """Names of the runs in a folder, the one that was written to last first; looking at a run changes no order."""
    written = {}
    for database in root.glob("*/run.db"):
        # It may be removed at this moment.
        with suppress(OSError):
            written[database.parent.name] = database.stat().st_mtime
    return sorted(written, key=written.get, reverse=True)


class Workbench:
    """A session's page.

    Args:
        engines: that start processes on the runs of a folder.
        projector: that computes disks.
        autostart: start the digits run where nothing was run yet.
    """

    lively = False

    def __init__(self, engines: Engines, projector: Projector, autostart: bool = False) -> None:
        self._engines = engines
        self._projector = projector
        self._autostart = autostart
        self._is_loaded = False
        self._unbuilt: list[Callable[[Session], None]] = []
        self._setup: Setup | None = None
        self._session: Session | None = None
        self._runner: Runner | None = None
        self._curves: Curves | None = None
        self._document = pn.state.curdoc
        self._link = Link()
        self._dialogs = Dialogs(self._link.copy)
        self._launch = Launch(engines, self.attach)
        self._run = pmui.Select(
            label="Run",
            options=[],
            value=None,
            size="small",
            width=320,
            margin=(6, 10),
            variant="outlined",
            theme_config=ON_BAR,
        )
        self._runs = pmui.Row(self._run, margin=0, sx=HIDDEN)
        self._run.param.watch(self._chosen, "value")
        self._status = Text("", variant="body2", margin=(14, 8))
        self._seat = SeatButton()
        self._side = pmui.Column(sizing_mode="stretch_width", margin=0)
        self._form = pmui.Column(sizing_mode="stretch_width", margin=0)
        self._new = pmui.Accordion(
            ("New run", self._form),
            active=[],
            sizing_mode="stretch_width",
            margin=(0, 4),
            square=True,
            title_variant="subtitle2",
        )
        self._new.param.watch(self._opened_new, "active")
        self._main = pmui.Column(sizing_mode="stretch_both", margin=0, styles={"height": "calc(100vh - 84px)"})
        self._inspector = pmui.Column(sizing_mode="stretch_width", margin=0)
        self.page = pmui.Page(
            title="HDD Workbench",
            header=[self._runs, self._status, pmui.Row(sizing_mode="stretch_width"), self._seat.panel],
            sidebar=[self._link, self._dialogs.panel, self._new, self._side],
            sidebar_width=310,
            contextbar=[self._inspector],
            contextbar_width=320,
            contextbar_open=False,
            contextbar_variant="persistent",
            main=[self._main],
            theme_config=THEME,
            busy_indicator=None,
            # A closed bar lies beside the page: "hidden", which is the default, can be scrolled there by the focus.
            sx={"overflow": "clip"},
        )
        # The page would note every callback of the server, at the cost of a walk over all its models; and the server
        # would keep the page for ever.
        with param.edit_constant(self.page), edit_readonly(self.page):
            self.page.busy = self._link.param.loading
        names = self._list_runs()
        asked = pn.state.session_args.get("run", [b""])[0].decode(errors="replace")
        # On the right they would cover what rewinds and forks.
        if pn.state.notifications is not None:
            pn.state.notifications.position = "bottom-left"
        pn.state.onload(self._loaded)
        if asked not in ("", *names):
            pn.state.onload(lambda: notify("warning", f"There is no run “{asked}” in {engines.root}."))
        pn.state.on_session_destroyed(lambda _: self._ended())
        if names:
            self.attach(engines.root / (asked if asked in names else names[0]))
        if self._session is None:
            self._welcome()

    # Life of the session

    def _loaded(self) -> None:
        """Runs once a browser shows the page, and not when a server is warmed up."""
        pn.state.add_periodic_callback(self._look_after_jobs, JOBS_MILLISECONDS)
        self._projector.warm_up()
        self._is_loaded = True
        if self._unbuilt:
            self._build(self._session)
        if not self._list_runs() and self._autostart:
            self._launch.start_first()

    def _opened_new(self, event: object) -> None:
        """Makes the form once somebody wants it, and asks which data sets are here, which costs seconds of a core."""
        if event.new and self._setup is None:
            self._setup = Setup(self._launch)
            self._form[:] = [self._setup.panel]
            pn.state.execute(self._offer_datasets)

    async def _offer_datasets(self) -> None:
        try:
            listed = await asyncio.to_thread(self._engines.datasets)
        except HDDError as error:
            notify("warning", str(error))
        else:
            self._setup.offer(listed)

    def close(self) -> None:
        """Leaves nothing behind."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _ended(self) -> None:
        """Lets go of all that the session had."""
        self.close()
        # Panel 1.9 forgets to, for notifications, and through them keeps the whole document.
        for ref, (_, _, document, _) in list(pn.state._views.items()):
            if document is self._document:
                del pn.state._views[ref]

    def _look_after_jobs(self) -> None:
        self._launch.watch_job()
        if self._runner is not None:
            self._runner.watch_jobs()
        names = self._list_runs()
        if self._curves is not None:
            self._curves.offer(names)

    def _list_runs(self) -> list[str]:
        names = run_names(self._engines.root)
        current = [] if self._session is None else [self._session.source.run.path.name]
        shown = [*names, *(name for name in current if name not in names)]
        if shown != self._run.options:
            self._run.options = shown
            show(self._runs, bool(shown))
        return names

    def _welcome(self) -> None:
        start = pmui.Button(
            label="Start the digits run", icon="play_arrow", variant="contained", size="large", margin=(10, 10)
        )
        start.on_click(lambda _: self._launch.start_first())
        card = pmui.Paper(
            Text("Watch a data set being distilled", variant="h5", margin=(16, 20, 4, 20)),
            pmui.Typography(WELCOME, margin=(4, 20)),
            pmui.Row(start, margin=(0, 10, 10, 10)),
            pmui.Row(self._launch.place(start), margin=(0, 10), sizing_mode="stretch_width"),
            Text(
                "Bundled digits, 10 images a class, a minute or two on a laptop. Other data: “New run” on the left.",
                variant="caption",
                margin=(0, 20, 16, 20),
            ),
            max_width=620,
            margin=(60, 40),
        )
        self._main[:] = [card]

    # Attaching to a run

    def _chosen(self, event: object) -> None:
        name = event.new
        if name and (self._session is None or self._session.source.run.path.name != name):
            self.attach(self._engines.root / name)

    def attach(self, path: Path) -> None:
        """Shows the run in `path`."""
        try:
            source = source_of(path)
        except HDDError as error:
            notify("error", str(error))
            return
        self.close()
        session = self._session = Session(source, self._projector, self._link, self._document)
        session.views.append(self)
        session.selection.param.watch(self._open_inspector, "image")
        self._cards = {name: pmui.Paper(sizing_mode="stretch_both", margin=4) for name in ("wall", "disk", "curves")}
        self._timeline = pmui.Paper(sizing_mode="stretch_width", margin=4, height=TIMELINE_HEIGHT)
        self._controls = {name: pmui.Column(sizing_mode="stretch_width", margin=0) for name in ("runner", "steering")}
        with pn.io.hold():
            self._side[:] = [*self._controls.values()]
            self._inspector[:] = [Text(HINT, variant="body2", margin=10)]
            self._main[:] = [
                pmui.Row(
                    self._cards["wall"], self._cards["disk"], sizing_mode="stretch_both", margin=0, min_height=300
                ),
                pmui.Row(self._cards["curves"], sizing_mode="stretch_width", height=CURVES_HEIGHT, margin=0),
                self._timeline,
            ]
            self._list_runs()
            self._run.value = path.name
            self._new.active = []
            self.page.contextbar_open = False
        self._link.run = path.name
        session.open()
        self._unbuilt = [
            self._add_wall,
            self._add_runner,
            self._add_disk,
            self._add_timeline,
            self._add_curves,
            self._add_steering,
        ]
        self._build(session)

    def _build(self, session: Session) -> None:
        """Adds the next part of the page: one after the other, so that no other session waits for all of them.

        Before the browser is there it is the first alone, which then comes with the document.
        """
        if session is not self._session:
            return
        self._unbuilt.pop(0)(session)
        if self._unbuilt and self._is_loaded:
            following = partial(self._build, session)
            self._document.add_next_tick_callback(following) if self._document else following()

    def _add_wall(self, session: Session) -> None:
        wall = ImageWall(session)
        session.add(wall)
        self._cards["wall"][:] = [wall.panel]

    def _add_runner(self, session: Session) -> None:
        self._runner = Runner(session, self._engines)
        session.add(self._runner)
        self._controls["runner"][:] = [self._runner.panel, self._recipes()]

    def _add_disk(self, session: Session) -> None:
        disk = Disk(session, self._projector)
        session.add(disk)
        self._cards["disk"][:] = [disk.panel]

    def _add_timeline(self, session: Session) -> None:
        timeline = Timeline(session, self._rewind, self._fork)
        session.add(timeline)
        session.on_keys(
            space=self._runner.toggle,
            left=lambda: timeline.move(-1),
            right=lambda: timeline.move(1),
            home=lambda: timeline.jump(0),
            end=timeline.follow,
            live=timeline.follow,
        )
        self._timeline[:] = [timeline.panel]

    def _add_curves(self, session: Session) -> None:
        self._curves = Curves(session)
        self._curves.offer(run_names(self._engines.root))
        session.add(self._curves)
        self._cards["curves"][:] = [self._curves.panel]

    def _add_steering(self, session: Session) -> None:
        steering = Steering(session)
        session.add(steering)
        self._controls["steering"][:] = [steering.panel]

    def _open_inspector(self, event: object) -> None:
        session = self._session
        if event.new is not None and not any(isinstance(view, Inspector) for view in session.views):
            inspector = Inspector(session, self._projector)
            session.add(inspector)
            self._inspector[:] = [Text("Inspector", variant="subtitle2", margin=(8, 10)), inspector.panel]
        self.page.contextbar_open = event.new is not None

    def show(self, frame: Frame) -> None:
        """Brings the app bar up to date."""
        self._status.object = tell(frame)
        self._seat.show(self._session)

    # Rewind, fork, recipes

    def _rewind(self, step: int) -> None:
        self._dialogs.ask_rewind(self._session.source.state.step, step, lambda: self._do(self._rewound, step))

    async def _rewound(self, step: int) -> None:
        await asyncio.to_thread(rewind, self._session.source.run.path, step)
        self._session.selection.step = None

    def _fork(self, step: int) -> None:
        self._do(self._forked, step)

    async def _forked(self, step: int) -> None:
        run = self._session.source.run
        number = 1
        while (out := self._engines.root / f"{run.path.name[:80]}-fork-{step}-{number}").exists():
            number += 1
        await asyncio.to_thread(fork, run.path, step, out)
        self.attach(out)
        notify("info", f"Forked at step {step}. Change what you like, then resume it.")

    def _do(self, action: Callable, step: int) -> None:
        async def act() -> None:
            try:
                await action(step)
            except (HDDError, OSError) as error:
                notify("error", str(error))

        pn.state.execute(act)

    def _recipes(self) -> pmui.Row:
        button = {"size": "small", "variant": "text", "margin": (0, 3)}
        command = pmui.Button(label="Copy as command", icon="terminal", **button)
        python = pmui.Button(label="Copy as Python", icon="code", **button)
        command.on_click(lambda _: self._show_recipe("As a command", as_command))
        python.on_click(lambda _: self._show_recipe("As Python", as_python))
        return pmui.Row(command, python, margin=(0, 6))

    def _show_recipe(self, title: str, make: Callable) -> None:
        source = self._session.source
        text = make(source.initial_settings, source.state, f"{source.run.path.name}-again")
        note = f"This makes the run again, bit for bit; it stands at step {source.state.step} now."
        self._dialogs.show_text(title, note, text)


def rewind(path: Path, step: int) -> None:
    """Takes the run in `path` back, on a connection of this thread."""
    run = Run(path)
    history.rewind(run, step, WHO)
    run.close()


def fork(path: Path, step: int, out: Path) -> None:
    """Branches the run in `path` into `out`, on connections of this thread."""
    run = Run(path)
    history.fork(run, step, out, None, WHO).close()
    run.close()
