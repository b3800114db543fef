"""docs/run-directory.md says what is in a run."""

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from hdd.methods import METHODS
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.runs.schema import SCHEMA_VERSION, make_tables
from hdd.runs.start import create
from hdd.settings import Settings, initial_settings
from hdd.states import Command, EditStatus, EngineState

PAGE = (Path(__file__).parents[3] / "docs" / "run-directory.md").read_text(encoding="utf-8")
OLD_RUN = Path(__file__).parent / "old_runs" / "schema-1"


def section(title):
    return re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)[1]


def rows(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


@pytest.fixture(scope="module")
def schema():
    """By table: (column, type as the page says it)."""
    database = sqlite3.connect(":memory:")
    make_tables(database)
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {}
    for name in names:
        columns = database.execute(f"PRAGMA table_info({name})").fetchall()
        found[name] = [
            (column, kind + (", primary key" if key else ", not null" if needed else ""))
            for _, column, kind, needed, _, key in columns
        ]
    return found


def test_the_page_has_all_tables_and_their_columns(schema):
    titles = re.findall(r"^### (\w+)$", section_of_tables(), re.MULTILINE)
    assert titles == list(schema)
    for title in titles:
        told = [(row[0], row[1]) for row in rows(section(title)) if len(row) == 3 and row[0] not in ("column", "---")]
        assert told == schema[title], title


def section_of_tables():
    return PAGE[PAGE.index("\n## Tables") : PAGE.index("\n## Tensors")]


def test_the_page_is_of_this_version():
    assert f"format version {SCHEMA_VERSION}," in PAGE
    versions = [row[0] for row in rows(section("Versions"))]
    assert versions == ["version", "---", *map(str, range(1, SCHEMA_VERSION + 1))]


def test_the_page_has_all_facts_of_a_run(tmp_path, toy_dataset):
    told = {name for row in rows(section("meta")) if len(row) == 2 for name in re.findall(r"`(\w+)`", row[0])}
    run = create(tmp_path / "run", initial_settings(network_width=4, ipc=2), toy_dataset())
    run.forget_after(0)
    run.write_note("the first")
    facts = {key for (key,) in sqlite3.connect(run.path / "run.db").execute("SELECT key FROM meta")}
    assert told == facts | {"parent", "initial", "place"}


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("edits", [*EditStatus, *Command]),
        ("engine", [state for state in EngineState if state not in (EngineState.NEW, EngineState.KILLED)]),
    ],
)
def test_the_page_has_all_states(where, words):
    assert {str(word) for word in words} <= set(re.findall(r"`(\w+)`", section(where)))


def test_the_page_has_the_tensors_and_columns_of_a_run(make_run, digits):
    (checkpoint,) = (OLD_RUN / "checkpoints").glob("*.safetensors")
    (told,) = (row[1] for row in rows(section("Tensors")) if row[0] == "checkpoint")
    written = resume(make_run(), until=1, data=digits).checkpoints.read(1)
    assert set(load_file(checkpoint)) < set(written) == set(re.findall(r"`(\w+)` (?:float|int|bool)", told))
    for name, value in written.items():
        assert f"`{name}` {value.dtype}" in told
    snapshot = load_file(next((OLD_RUN / "snapshots").glob("*.safetensors")))
    assert [str(value.dtype) for value in snapshot.values()] == ["float16"]


def test_the_page_has_the_tensors_of_idm(toy_dataset):
    (told,) = (row[1] for row in rows(section("Tensors")) if row[0] == "checkpoint with the method `idm`")
    data, small = toy_dataset(), {"network_width": 4, "network_depth": 2, "ipc": 2, "device": "cpu"}
    states = {name: METHODS.get(name)(data, Settings(method=name, **small)).state() for name in ("dm", "idm")}
    own = states["idm"].keys() - states["dm"].keys()
    assert set(re.findall(r"`(queue_\w+)`", told)) == own
    for name in own:
        assert f"`{name}` {states['idm'][name].numpy().dtype}" in told


def test_a_reader_that_is_written_from_the_page_reads_a_run(tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", section("A reader"), re.DOTALL)
    names = {}
    exec(compile(code, "run-directory.md", "exec"), names)
    shutil.copytree(OLD_RUN, tmp_path / "run")
    with pytest.raises(ValueError, match="format version 1"):
        names["read_losses"](tmp_path / "run")
    run = Run(tmp_path / "run")
    expected = {record.step: record.column("loss").tolist() for record in run.metrics()}
    assert expected and names["read_losses"](run.path) == expected
    stored = json.loads(
        sqlite3.connect(run.path / "run.db").execute("SELECT names FROM metric_columns LIMIT 1").fetchone()[0]
    )
    assert all(name in section("metric_columns") or re.search(r"_q\d0$", name) for name in stored)
