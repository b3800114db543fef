"""A table of a report in the browser."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from workbench import browser
from workbench.core.study_report import ReportTable


class ReportTableView(JSComponent):
    """A table of texts. The first cell of a line that has a run is a button, which shows the run.

    Attributes:
        listener: called with the run that is to be shown, see `workbench.core.arm_plots.RunMark.run`.
    """

    table = param.Dict({}, doc="`workbench.core.study_report.ReportTable` as a dictionary; empty shows none.")

    _esm = browser.module("elements.js", "report_table.js")
    _stylesheets: ClassVar[list[str]] = [browser.module("table.css")]

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.listener: Callable[[str], None] | None = None
        self.on_msg(self._heard)

    def put(self, table: ReportTable | None) -> None:
        """Shows a table, or none."""
        self.table = {} if table is None else asdict(table)

    def _heard(self, event: Any) -> None:
        if "open" in event.data and self.listener is not None:
            self.listener(str(event.data["open"]))
