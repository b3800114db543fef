"""The table of runs in the browser."""

from collections.abc import Callable
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

from workbench import browser
from workbench.core.run_list import RunTable


class RunTableView(JSComponent):
    """A table with a row for each run. A click on the name of a run opens it, and one on a title sorts by that column.

    It is an HTML table: docs/decisions/0015-the-table-of-runs-is-plain-html.md says why.

    Attributes:
        listener: called with the name of a run that is to be opened.
    """

    titles = param.List([], doc="The titles of the columns.")
    rows = param.List([], doc="For each row its name, depth and cells; a cell is a text and what to sort by.")
    selected = param.List([], doc="The names of the selected runs, in the order in which they were selected.")
    shown = param.String("", doc="The name of the run that the page shows.")

    _esm = browser.module("elements.js", "run_table.js")
    _stylesheets: ClassVar[list[str]] = [browser.module("table.css")]

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)
        self.listener: Callable[[str], None] | None = None
        self.on_msg(self._heard)

    def put(self, table: RunTable, shown: str) -> None:
        """Shows a table; runs that are not in it are selected no more.

        Args:
            table: the table.
            shown: name of the run that the page shows.
        """
        rows = [
            {"name": row.name, "depth": row.depth, "cells": [list(cell) for cell in row.cells]} for row in table.rows
        ]
        names = {row.name for row in table.rows}
        changes = {
            "titles": list(table.titles),
            "rows": rows,
            "shown": shown,
            "selected": [name for name in self.selected if name in names],
        }
        self.param.update(**{name: value for name, value in changes.items() if value != getattr(self, name)})

    def _heard(self, event: Any) -> None:
        if "open" in event.data and self.listener is not None:
            self.listener(str(event.data["open"]))
