"""The studies of a folder: of one, a small plot for each arm and the tables of its report, while it grows."""

import time
from concurrent.futures import Future
from itertools import zip_longest

import panel as pn
import panel_material_ui as pmui

from workbench.component import SourceComponent
from workbench.core.frame import Frame
from workbench.core.jobs import Engines
from workbench.core.study_list import HERE, Studies, study_list_of
from workbench.core.study_report import StudyReport
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.tabs.base import ShowRun
from workbench.theme import HIDDEN, Text, show
from workbench.views.arm_plots import ArmPlotsView
from workbench.views.report_table import ReportTableView

LOOK_MILLISECONDS = 1000
"""The least time between two looks at the folder."""
SHARE = 0.1
"""Of the time, reading may take this share: a run that is going is read as a whole, and can be long."""
BEGIN_MILLISECONDS = 20
"""The time until the first one, when the view is on the page."""
TABLES = 3
"""How many tables a report has at most."""
HOW_TO_READ = (
    "Dots and faint lines: seeds. Line and band: mean ± sd over the seeds. Dashed: mean of the control. The numbers "
    "below a plot are its seeds, and lead to their runs: filled if done, dashed if begun, crossed out if failed."
)
NONE = "There is no study in {root}. To make one there: hdd study FILE.yaml --out {root}/NAME"


class StudiesView(SourceComponent):
    """Shows one study, which users choose if there are several, and follows what changes on disk while it is visible.

    Args:
        shown: see `SourceComponent`.
        engines: of the folder in which the studies lie.
        show_run: shows a run on the page.
    """

    def __init__(self, shown: Session | Shown, engines: Engines, show_run: ShowRun) -> None:
        super().__init__(shown)
        self._root = engines.root
        self._list = study_list_of(engines.root)
        self._found = Studies()
        self._is_looking = False
        self._choice = pmui.Select(
            label="Study", options={}, value=None, size="small", width=320, margin=(10, 10, 2, 10)
        )
        # The label of a select is not part of what its own style hides.
        self._several = pmui.Column(self._choice, margin=0, sx=HIDDEN)
        self._choice.param.watch(lambda _: self._session.refresh(), "value")
        self._title = Text("", variant="subtitle2", margin=(10, 10, 0, 10), sx=HIDDEN)
        self._progress = Text("Reading the studies …", variant="body2", margin=(6, 10))
        self._failures = Text("", variant="body2", margin=(0, 10), sx=HIDDEN)
        self._plots = ArmPlotsView(sizing_mode="stretch_width", margin=(6, 10))
        self._how = Text(HOW_TO_READ, variant="caption", margin=(2, 10), sx=HIDDEN)
        self._tables = [ReportTableView(sizing_mode="stretch_width", margin=(8, 10)) for _ in range(TABLES)]
        self._notes = Text("", variant="caption", margin=(4, 10, 10, 10), sx=HIDDEN)
        for component in (self._plots, *self._tables):
            component.listener = lambda run: show_run(run)
        self._panel = pn.Column(
            self._several,
            self._title,
            self._progress,
            self._failures,
            self._plots,
            self._how,
            *self._tables,
            self._notes,
            sizing_mode="stretch_both",
            margin=0,
            styles={"overflow-y": "auto"},
        )

    def update(self, frame: Frame) -> None:
        """Begins to follow the folder, and shows at once what a user has chosen."""
        if not self._is_looking:
            self._is_looking = True
            # Only then is the view on the page.
            self._session.later(self._look, BEGIN_MILLISECONDS)
        elif self._found.name and self._choice.value != self._found.name:
            self._session.when_done(self._list.ask(self._chosen), self._put)

    @property
    def _chosen(self) -> str:
        """The name of the study to show, "" for the newest."""
        chosen = self._choice.value
        return chosen if isinstance(chosen, str) else ""

    def _look(self) -> None:
        """Asks for the study, again and again, until another tab is shown."""
        if self not in self._session.views:
            self._is_looking = False
        # Until the browser has sent the key of its tab, changes of what it has fetched may be dropped.
        elif self._session.tab:
            begun = time.monotonic()
            self._session.when_done(self._list.ask(self._chosen), lambda answer: self._got(answer, begun))
        else:
            self._session.later(self._look, LOOK_MILLISECONDS)

    def _got(self, answer: "Future[Studies]", begun: float) -> None:
        took = time.monotonic() - begun
        self._put(answer)
        self._session.later(self._look, max(LOOK_MILLISECONDS, int(1000 * took / SHARE)))

    def _put(self, answer: "Future[Studies]") -> None:
        """Shows what was read, if it is new."""
        before, found = self._found, answer.result()
        self._found = found
        with pn.io.hold():
            if found.names != before.names or found.name != before.name:
                self._offer(found)
            if found.found is not before.found or not found.names:
                self._show(found)

    def _offer(self, found: Studies) -> None:
        """Offers the studies, if there are several."""
        titles = {f"{self._root.name}, the folder itself" if name == HERE else name: name for name in found.names}
        self._choice.param.update(options=titles, value=found.name or None)
        show(self._several, len(found.names) > 1)

    def _show(self, studies: Studies) -> None:
        """Shows a report, or one sentence that says why there is none."""
        found = studies.found
        report = found if isinstance(found, StudyReport) else None
        self._title.object = report.title if report else ""
        self._progress.object = report.progress if report else found if studies.names else NONE.format(root=self._root)
        self._failures.object = report.failures if report else ""
        self._notes.object = "\n".join(report.notes) if report else ""
        show(self._title, bool(self._title.object))
        show(self._failures, bool(self._failures.object), color="error.main")
        show(self._notes, bool(self._notes.object), whiteSpace="pre-line")
        show(self._how, report is not None)
        self._plots.put(report.plots if report else None)
        for view, table in zip_longest(self._tables, report.tables if report else ()):
            view.put(table)
