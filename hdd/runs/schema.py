"""The tables of a run's database, their version, and connections to it."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hdd.runs.migrations import MIGRATIONS

SCHEMA_VERSION = 4

LOCKED_SECONDS = 30.0
"""How long engines and scripts wait for another process's transaction."""

TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL          -- JSON
);
CREATE TABLE edits (             -- both inbox and ledger: a request and what became of it
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,          -- a steerable knob, or one of hdd.states.Command
    value TEXT NOT NULL,         -- JSON
    due INTEGER,                 -- apply when this many steps are completed; NULL: at the next step boundary
    who TEXT NOT NULL,
    requested REAL NOT NULL,     -- seconds since the epoch
    status TEXT NOT NULL,        -- one of hdd.states.EditStatus
    step INTEGER,                -- steps completed when it was applied or refused
    old TEXT,                    -- JSON, value before
    reason TEXT,                 -- why it was refused
    decided REAL
);
CREATE TABLE edit_notes (        -- why an edit was made, where somebody said so
    id INTEGER PRIMARY KEY,      -- of the edit
    note TEXT NOT NULL
);
CREATE TABLE metrics (
    step INTEGER PRIMARY KEY,
    loss REAL NOT NULL,
    feature_scale REAL NOT NULL,
    seconds REAL NOT NULL,
    classes BLOB NOT NULL        -- float32 (classes, columns), row-major, little-endian
);
CREATE TABLE metric_columns (
    step INTEGER PRIMARY KEY,    -- the records after this step, up to the step of the next row, have these columns
    names TEXT NOT NULL          -- JSON list
);
CREATE TABLE masks (             -- which synthetic images distilled pruning keeps, wherever that was changed
    step INTEGER PRIMARY KEY,    -- from this step on, up to the step of the next row; before the first, all are kept
    kept BLOB NOT NULL,          -- uint8 (classes, ipc), row-major: 1 for a kept image
    scores BLOB NOT NULL         -- float32 (classes, ipc), row-major, little-endian
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
CREATE TABLE engine (            -- one row: what the engine last wrote about itself
    id INTEGER PRIMARY KEY CHECK (id = 0),
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL,         -- one of hdd.states.EngineState, but never "killed"
    step INTEGER NOT NULL,
    steps_per_second REAL NOT NULL,
    message TEXT NOT NULL,
    time REAL NOT NULL
);
CREATE TABLE process (           -- one row: the process `pid` of the table engine, see hdd.runs.liveness
    id INTEGER PRIMARY KEY CHECK (id = 0),
    pid INTEGER NOT NULL,
    machine TEXT NOT NULL,
    started INTEGER
);
"""


def connect(path: Path | str, patience: float = LOCKED_SECONDS, uri: bool = False) -> sqlite3.Connection:
    """Opens a connection in autocommit mode. Any thread may use it, but only one at a time.

    Args:
        path: path of the database.
        patience: how many seconds to wait at most for another connection's transaction.
        uri: whether `path` is a URI.
    """
    database = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False, uri=uri)
    database.row_factory = sqlite3.Row
    return database


def make_tables(database: sqlite3.Connection) -> None:
    """Makes the tables in an empty database."""
    # In this mode readers never wait for the engine, and the engine never waits for readers.
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(TABLES)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def transaction(database: sqlite3.Connection) -> Generator[None]:
    """A transaction: all statements within it take effect, or none. Writers wait for each other."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def version_of(database: sqlite3.Connection) -> int:
    """The version of the schema of a database; 0 if it is none of a run."""
    return database.execute("PRAGMA user_version").fetchone()[0]


def migrate(database: sqlite3.Connection) -> None:
    """Brings a database of an earlier version to this version's schema."""
    with transaction(database):
        # Another process may have migrated it in the meantime.
        for version in range(version_of(database), SCHEMA_VERSION):
            MIGRATIONS[version](database)
            database.execute(f"PRAGMA user_version = {version + 1}")
