"""A run on the page: the controls of its engine in the side bar, the timeline, and who is in control."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import panel as pn
from panel.viewable import Viewable

from workbench.build_queue import Build
from workbench.controls.branching import Branching
from workbench.controls.driver import DriverButton
from workbench.controls.evaluator import Evaluator
from workbench.controls.export import Export, Exported
from workbench.controls.recipe_buttons import RecipeButtons
from workbench.controls.runner import Runner, status_text
from workbench.controls.steering import Steering
from workbench.core.frame import Frame
from workbench.core.run_source import source_of
from workbench.core.set_place import SetPlace
from workbench.core.source import Source
from workbench.page import TIMELINE_HEIGHT
from workbench.page_source import PageTools
from workbench.session import Session
from workbench.theme import paper
from workbench.views.timeline import Timeline


class PageRun:
    """A run, as `PageSource` describes it.

    Args:
        path: directory of the run.
        tools: of the page.

    Raises:
        HDDError: there is no run there.
    """

    def __init__(self, path: Path, tools: PageTools) -> None:
        self.source: Source = source_of(path)
        self.name = path.name
        self._path = path.resolve()
        self.query = [("run", path.name)]
        self._tools = tools
        self._runner, self._steering = (pn.Column(sizing_mode="stretch_width", margin=0) for _ in range(2))
        self._timeline = paper(sizing_mode="stretch_width", height=TIMELINE_HEIGHT)
        self.side: Sequence[Viewable] = [self._runner, self._steering]
        self.below: Sequence[Viewable] = [self._timeline]

    def status(self, frame: Frame) -> str:
        """As `PageSource.status`."""
        return status_text(frame)

    def builds(self, session: Session) -> list[Build]:
        """As `PageSource.builds`."""
        parts = self._add_driver, self._add_runner, self._add_timeline, self._add_steering
        return [partial(part, session) for part in parts]

    def _add_driver(self, session: Session) -> Iterator[None]:
        driver = DriverButton(session)
        session.add(driver)
        yield
        self._tools.bar[:] = [driver]

    def _add_runner(self, session: Session) -> Iterator[None]:
        tools = self._tools
        runner = Runner(session, tools.engines)
        session.add(runner)
        session.on_keys(space=runner.toggle)
        yield
        evaluator = Evaluator(session, tools.engines)
        session.add(evaluator)
        yield
        recipes = RecipeButtons(session, tools.dialogs)
        export = Export(session, tools.link, tools.projector, tools.dialogs, self._exported)
        yield
        self._runner[:] = [runner, evaluator]
        yield
        self._runner.extend([recipes, export])

    def _exported(self, step: int) -> Exported:
        shown = {"run": self.name, "step": step}
        return Exported(f"{self.name}-step{step}", shown, self._path.parent, SetPlace(f"{self._path.name}@{step}"))

    def _add_timeline(self, session: Session) -> Iterator[None]:
        branching = Branching(session, self._tools.dialogs, self._tools.show_run)
        timeline = Timeline(session, branching.ask_rewind, branching.fork)
        session.add(timeline)
        session.on_keys(
            left=lambda: timeline.move(-1),
            right=lambda: timeline.move(1),
            home=lambda: timeline.jump(0),
            end=timeline.follow,
            live=timeline.follow,
        )
        yield
        self._timeline[:] = [timeline]

    def _add_steering(self, session: Session) -> Iterator[None]:
        # It fills its sections in the frames that follow.
        steering = Steering(session)
        session.add(steering)
        self._steering[:] = [steering]
        yield
