"""Migrations bring the database of a run made by an earlier version to the present schema, one version at a time.

A migration writes out what it adds, because the tables in `hdd.runs.schema` will change further. An engine of the
previous version may still be advancing the run, so a migration must not change the columns of a table which that engine
writes.
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
    """Adds the names of the metric columns (which were the same in every run until now), the process and the method.

    The objective "dm" is now called "mean", and "dm" is the name of the method.
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


def _from_2(database: sqlite3.Connection) -> None:
    """Adds the notes on edits. Their table is their own, because engines of version 2 read all columns of `edits`."""
    database.execute("CREATE TABLE edit_notes (id INTEGER PRIMARY KEY, note TEXT NOT NULL)")


def _from_3(database: sqlite3.Connection) -> None:
    """Adds the masks of distilled pruning; until now, all synthetic images were kept."""
    database.execute("CREATE TABLE masks (step INTEGER PRIMARY KEY, kept BLOB NOT NULL, scores BLOB NOT NULL)")


MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _from_1, 2: _from_2, 3: _from_3}
"""The migrations, by the version that each starts from."""
