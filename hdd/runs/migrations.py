"""What brings the database of a run that an earlier version made to the schema of this one, a version at a time.

A migration says in itself what it adds: the tables in `hdd.runs.schema` go on changing. An engine of the version before
may still advance the run meanwhile, so no table that it writes changes its columns.
"""

import json
import sqlite3
from collections.abc import Callable

_COLUMNS_OF_1 = [
    "loss", "centroid_distance", "gradient_norm", "real_clamped", "synthetic_clamped",
    "real_radius_q10", "real_radius_q50", "real_radius_q90",
    "synthetic_radius_q10", "synthetic_radius_q50", "synthetic_radius_q90",
]  # fmt: skip


def _from_1(database: sqlite3.Connection) -> None:
    """Adds the names of the columns of `metrics`, the same in every run till now, the engine's process and the method.

    The objective "dm" is called "mean" from here on, and "dm" is the method.
    """
    database.execute("CREATE TABLE metric_columns (step INTEGER PRIMARY KEY, names TEXT NOT NULL)")
    database.execute("INSERT INTO metric_columns VALUES (0, ?)", (json.dumps(_COLUMNS_OF_1),))
    database.execute(
        "CREATE TABLE process (id INTEGER PRIMARY KEY CHECK (id = 0), pid INTEGER NOT NULL, machine TEXT NOT NULL,"
        " started INTEGER)"
    )
    (stored,) = database.execute("SELECT value FROM meta WHERE key = 'settings'").fetchone()
    settings = json.loads(stored)
    settings |= {"method": "dm", "objective": {"dm": "mean"}.get(settings["objective"], settings["objective"])}
    database.execute("UPDATE meta SET value = ? WHERE key = 'settings'", (json.dumps(settings),))
    for column in ("value", "old"):
        database.execute(f"UPDATE edits SET {column} = '\"mean\"' WHERE name = 'objective' AND {column} = '\"dm\"'")


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _from_1}
"""By the version that each starts from."""
