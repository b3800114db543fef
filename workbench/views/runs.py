"""All runs of the folder in a table, with what one can do with them: open, compare, rename, note, delete."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from hdd.errors import HDDError, InUseError
from hdd.runs import housekeeping
from hdd.runs.driver_lease import DriverLease
from hdd.runs.run import Run
from workbench.component import SourceComponent
from workbench.controls.dialogs import Dialogs
from workbench.controls.notices import attempt_async, check_may_change
from workbench.core.frame import Frame
from workbench.core.jobs import Engines
from workbench.core.run_list import RunTable, run_list_of
from workbench.embedded_session import Shown
from workbench.session import Session
from workbench.tabs.base import ShowRun
from workbench.theme import Text
from workbench.views.run_table import RunTableView

LOOK_MILLISECONDS = 1000
"""The time between two looks at the folder."""


class Runs(SourceComponent):
    """The table of the runs in a folder, which follows changes on disk while it is visible.

    Args:
        shown: see `SourceComponent`.
        engines: of the folder; a run that they work on is not deleted.
        show_run: shows another run on the page.
    """

    needs_run = True

    def __init__(self, shown: Session | Shown, engines: Engines, show_run: ShowRun) -> None:
        super().__init__(shown)
        self._engines = engines
        self._show_run = show_run
        self._list = run_list_of(engines.root)
        self._found = RunTable()
        self._is_looking = False
        self._dialogs = Dialogs()
        self.table = RunTableView(sizing_mode="stretch_both", margin=(4, 10))
        self.table.listener = lambda name: show_run(name)
        self.table.param.watch(lambda _: self._enable(), "selected")
        self._open = self._button("Open", "open_in_new", lambda: show_run(self.table.selected[0]))
        self._compare = self._button("Compare", "compare", self._compare_selected)
        self._rename = self._button("Rename", "edit", self._ask_name)
        self._note = self._button("Edit note", "sticky_note_2", self._ask_note)
        self._delete = self._button("Delete", "delete", self._ask_delete)
        self._summary = Text("Reading the runs …", variant="caption", margin=(2, 10))
        self._panel = pn.Column(
            self._dialogs,
            pn.Row(
                Text("Runs", variant="subtitle2", margin=(12, 10)),
                *(self._open, self._compare, self._rename, self._note, self._delete),
            ),
            self.table,
            self._summary,
            sizing_mode="stretch_both",
        )
        self._enable()

    def _button(self, label: str, icon: str, action: Callable[[], None]) -> pmui.Button:
        button = pmui.Button(label=label, icon=icon, size="small", variant="outlined", margin=(6, 3))
        button.on_click(lambda _: action())
        return button

    @property
    def _shown_run(self) -> str:
        return self._session.run_source.run.path.name

    # The table

    def update(self, frame: Frame) -> None:
        """Begins to follow the folder."""
        if not self._is_looking:
            self._is_looking = True
            self._look()

    def _look(self) -> None:
        """Asks for the table, again and again; not while another tab is shown, but soon after it is left."""
        # Until the browser has sent the key of its tab, changes of what it has fetched may be dropped.
        if self._session.tab and self in self._session.views:
            self._session.when_done(self._list.ask(), self._got)
        else:
            self._session.later(self._look, LOOK_MILLISECONDS)

    def _got(self, answer: "Future[RunTable]") -> None:
        self._session.later(self._look, LOOK_MILLISECONDS)
        try:
            self._found = found = answer.result()
        except (HDDError, OSError) as error:
            self._summary.object = str(error)
            return
        self.table.put(found, self._shown_run)
        self._enable()
        count = len(found.rows)
        self._summary.object = (
            f"{count} {'run' if count == 1 else 'runs'} in {self._engines.root}. Columns between accuracy and "
            "“Made from”: the settings in which they differ. └ is a fork of the run above."
        )

    def _enable(self) -> None:
        selected = self.table.selected
        for button in (self._open, self._rename, self._note):
            button.disabled = len(selected) != 1
        self._delete.disabled = not selected
        self._compare.disabled = not (len(selected) == 2 or (len(selected) == 1 and selected[0] != self._shown_run))

    # What one can do with the selected runs

    def _compare_selected(self) -> None:
        names = self.table.selected
        one, other = names if len(names) == 2 else (self._shown_run, names[0])
        self._show_run(one, "compare", other)

    def _ask_name(self) -> None:
        (name,) = self.table.selected
        self._dialogs.ask_text("Rename", "Name", name, "Rename", lambda new: attempt_async(self._do_rename(name, new)))

    async def _do_rename(self, name: str, new: str) -> None:
        if new == name:
            return
        path = self._changeable(name)
        self._check_idle(path)
        await asyncio.to_thread(housekeeping.rename, path, new)
        self.table.selected = [new]
        if name == self._shown_run:
            self._show_run(new, "runs")

    def _ask_note(self) -> None:
        (name,) = self.table.selected
        note = next((row.note for row in self._found.rows if row.name == name), "")
        self._dialogs.ask_text(
            f"Note on {name}", "Note", note, "Save", lambda new: attempt_async(self._do_note(name, new))
        )

    async def _do_note(self, name: str, note: str) -> None:
        await asyncio.to_thread(_write_note, self._changeable(name), note.strip())

    def _ask_delete(self) -> None:
        names = list(self.table.selected)
        what = f"the run {names[0]}" if len(names) == 1 else f"these {len(names)} runs: {', '.join(names)}"
        question = f"Delete {what}, with all images and records? This cannot be undone; forks are kept."
        self._dialogs.confirm("Delete", question, "Delete", lambda: attempt_async(self._do_delete(names)))

    async def _do_delete(self, names: list[str]) -> None:
        deleted = []
        try:
            for name in names:
                path = self._changeable(name)
                self._check_idle(path)
                await asyncio.to_thread(housekeeping.delete, path)
                deleted.append(name)
        finally:
            if self._shown_run in deleted:
                self._show_run(None, "runs")

    def _changeable(self, name: str) -> Path:
        """The directory of a run that this session may change; the name comes from a browser.

        Raises:
            HDDError: no run can be called so, somebody else is in control of it, or the person may only look.
        """
        check_may_change(self._session.may_change)
        path = self._engines.directory(name)
        lease = DriverLease(path)
        holder = lease.holder
        if holder is not None and not lease.holds(self._session.tab):
            raise InUseError(f"{holder.who or 'Another page'} is in control of {name}: have it handed over first.")
        return path

    def _check_idle(self, path: Path) -> None:
        jobs = self._engines.going(path)
        if jobs:
            raise InUseError(f"Wait until {jobs[0].about} of {path.name} has ended, or stop it first.")


def _write_note(path: Path, note: str) -> None:
    run = Run(path)
    try:
        run.write_note(note)
    finally:
        run.close()
