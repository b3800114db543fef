"""What `panel serve workbench/app.py` serves: the runs in a folder, as they stand.

The folder is $HDD_RUNS, or runs.
"""

import os
from pathlib import Path

import pandas as pd
import panel as pn
import panel_material_ui as pmui

from hdd.runs.history import find_runs

REFRESH_MILLISECONDS = 2000
COLUMNS = ["run", "dataset", "objective", "ipc", "state", "step", "steps", "loss"]


def list_runs(folder: Path) -> pd.DataFrame:
    """A row a run in `folder`, with `COLUMNS`."""
    rows = []
    for run in find_runs(folder):
        rows.append({**run.summary(), "run": run.path.name})
        run.close()
    return pd.DataFrame(rows, columns=COLUMNS)


def page() -> pmui.Page:
    """One session's page: a table that follows the folder."""
    folder = Path(os.environ.get("HDD_RUNS", "runs"))
    table = pn.widgets.Tabulator(
        list_runs(folder),
        titles={"dataset": "data set", "ipc": "images per class", "steps": "of"},
        disabled=True,
        show_index=False,
        sizing_mode="stretch_width",
    )
    empty = pn.pane.Markdown("No runs yet. In a terminal: `hdd distill --dataset digits --out runs/demo`")

    def refresh() -> None:
        runs = list_runs(folder)
        empty.visible = runs.empty
        table.visible = not runs.empty
        if not runs.equals(table.value):
            table.value = runs

    refresh()
    pn.state.add_periodic_callback(refresh, period=REFRESH_MILLISECONDS)
    return pmui.Page(title="HDD Workbench", main=[empty, table])


pn.extension("tabulator")
page().servable()
