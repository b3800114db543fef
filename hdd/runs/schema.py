"""The database of a run directory: tables, version, and connections to it."""

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hdd.errors import NewerVersionError, StorageError
from hdd.runs.migrations import MIGRATIONS

SCHEMA_VERSION = 2

LOCKED_SECONDS = 30.0
"""How long engines and scripts wait for another process's transaction."""

TABLES = """
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL          -- JSON
);
CREATE TABLE edits (             -- inbox and ledger in one: a request and what became of it
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,          -- a steerable knob, or one of hdd.states.Command
    value TEXT NOT NULL,         -- JSON
    due INTEGER,                 -- apply when this many steps are completed; NULL: at once
    who TEXT NOT NULL,
    requested REAL NOT NULL,     -- seconds since the epoch
    status TEXT NOT NULL,        -- one of hdd.states.EditStatus
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
    classes BLOB NOT NULL        -- float32 (classes, columns), row-major, little-endian
);
CREATE TABLE metric_columns (
    step INTEGER PRIMARY KEY,    -- records after it, up to that of the next row, have these columns
    names TEXT NOT NULL          -- JSON list
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
    state TEXT NOT NULL,         -- one of hdd.states.EngineState, but never killed
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
    """A connection in autocommit mode that any thread may use, one at a time.

    Args:
        path: of the database.
        patience: seconds to wait at most for another connection's transaction.
        uri: whether `path` is one.
    """
    database = sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False, uri=uri)
    database.row_factory = sqlite3.Row
    return database


def make_tables(database: sqlite3.Connection) -> None:
    """Makes the tables in an empty database."""
    # Readers then never wait for the engine, nor it for them.
    database.execute("PRAGMA journal_mode = WAL")
    database.executescript(TABLES)
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


@contextmanager
def transaction(database: sqlite3.Connection) -> Generator[None]:
    """All or nothing; writers wait for one another."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def open_database(path: Path, patience: float = LOCKED_SECONDS) -> sqlite3.Connection:
    """A connection to the database of an existing run, which is brought to this version's schema.

    Where the run cannot be written, nothing is: it is read as it is, or as a migrated copy in memory.

    Raises:
        HDDError: no run's database, or one of a newer version; it is left as it is.
    """
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    database = connect(path, patience) if writable else _connect_to_read(path)
    try:
        version = _version(database)
    except sqlite3.DatabaseError:
        version = 0
    if version == 0 or version > SCHEMA_VERSION:
        database.close()
    if version == 0:
        raise StorageError(f"{path} is not a run's database, or is damaged. Give the directory of a run.")
    if version > SCHEMA_VERSION:
        raise NewerVersionError(
            f"{path} has schema {version}, and this version of hdd reads up to {SCHEMA_VERSION}. "
            "Upgrade hdd-workbench to open it; nothing was changed."
        )
    if version < SCHEMA_VERSION:
        if not writable:
            stored, database = database, connect(":memory:")
            stored.backup(database)
            stored.close()
        _migrate(database)
    # What a power cut may take are the last steps, which are made again from a checkpoint.
    database.execute("PRAGMA synchronous = NORMAL")
    return database


def _version(database: sqlite3.Connection) -> int:
    return database.execute("PRAGMA user_version").fetchone()[0]


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection to a database in a folder that cannot be written.

    Without its write-ahead log nobody writes it now, and SQLite is told so: it would have to make that file to read.
    """
    followed = path.with_name(f"{path.name}-wal").exists()
    return connect(f"{path.resolve().as_uri()}?{'mode=ro' if followed else 'immutable=1'}", uri=True)


def _migrate(database: sqlite3.Connection) -> None:
    with transaction(database):
        # Another process may have done it meanwhile.
        for version in range(_version(database), SCHEMA_VERSION):
            MIGRATIONS[version](database)
            database.execute(f"PRAGMA user_version = {version + 1}")
