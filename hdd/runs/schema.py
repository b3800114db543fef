"""The database of a run directory: tables, version, and connections to it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hdd.errors import HDDError

SCHEMA_VERSION = 1

TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL          -- JSON
);
CREATE TABLE edits (             -- inbox and ledger in one: a request and what became of it
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,          -- a steerable knob, or a command of hdd.runs.run.COMMANDS
    value TEXT NOT NULL,         -- JSON
    due INTEGER,                 -- apply when this many steps are completed; NULL: at once
    who TEXT NOT NULL,
    requested REAL NOT NULL,     -- seconds since the epoch
    status TEXT NOT NULL,        -- pending, applied, refused, rewound
    step INTEGER,                -- steps completed when it was applied or refused
    old TEXT,                    -- JSON, value before
    reason TEXT,                 -- of a refusal
    decided REAL
);
CREATE TABLE metrics (
    step INTEGER PRIMARY KEY,
    loss REAL NOT NULL,
    feature_scale REAL NOT NULL,
    seconds REAL NOT NULL,
    classes BLOB NOT NULL        -- float32 (classes, hdd.records.CLASS_METRICS), row-major, little-endian
);
CREATE TABLE evaluations (
    id INTEGER PRIMARY KEY,
    step INTEGER NOT NULL,
    time REAL NOT NULL,
    protocol TEXT NOT NULL,      -- JSON
    accuracies TEXT NOT NULL     -- JSON list, fractions
);
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    step INTEGER NOT NULL,
    text TEXT NOT NULL
);
CREATE TABLE engine (            -- one row: what the engine last said of itself
    id INTEGER PRIMARY KEY CHECK (id = 0),
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL,         -- starting, queued, running, paused, stopped, finished, failed
    step INTEGER NOT NULL,
    steps_per_second REAL NOT NULL,
    message TEXT NOT NULL,
    time REAL NOT NULL
);
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode that any thread may use, one at a time."""
    database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    database.row_factory = sqlite3.Row
    return database


def make_tables(database: sqlite3.Connection) -> None:
    """Makes the tables in an empty database."""
    # Readers then never wait for the engine, nor it for them.
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(TABLES)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; writers wait for one another."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def open_database(path: Path) -> sqlite3.Connection:
    """A connection to the database of an existing run.

    Raises:
        HDDError: no run's database, or one of a newer version; it is left as it is.
    """
    database = connect(path)
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError:
        version = 0
    if 0 < version <= SCHEMA_VERSION:
        # What a power cut may take are the last steps, which are made again from a checkpoint.
        database.execute("PRAGMA synchronous = NORMAL")
        return database
    database.close()
    if version == 0:
        raise HDDError(f"{path} is not a run's database, or is damaged. Give the directory of a run.")
    raise HDDError(
        f"{path} has schema {version}, and this version of hdd reads up to {SCHEMA_VERSION}. "
        "Upgrade hdd-workbench to open it; nothing was changed."
    )
