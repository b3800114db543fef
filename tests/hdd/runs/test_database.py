"""Runs that can be read but not written: of other users, on read-only file systems, copied while they went."""

import json
import shutil
import sqlite3

import pytest
from read_only import needs_setpriv, output, python, write_protected

from hdd.errors import HDDError
from hdd.runs.history import find_runs, first_difference
from hdd.runs.resume import resume
from hdd.runs.run import Run

LIST = "import sys; from hdd.cli import main; sys.argv = ['hdd', 'runs', 'list', '--json', sys.argv[1]]; main()"


@pytest.fixture
def folder(tmp_path, finished_run):
    """Copies of a run: as it ended, and with a note that is only in the log, with the log's index and without it."""
    folder = tmp_path / "shared"
    finished_run.close()
    shutil.copytree(finished_run.path, folder / "finished")
    with sqlite3.connect(finished_run.path / "run.db", isolation_level=None) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("INSERT OR REPLACE INTO meta VALUES ('note', '\"it went on\"')")
        shutil.copytree(finished_run.path, folder / "going")
    writer.close()
    shutil.copytree(folder / "going", folder / "snapshot")
    (folder / "snapshot" / "run.db-shm").unlink()
    return folder


@needs_setpriv
def test_runs_are_listed_where_nothing_can_be_written(folder):
    assert {path.name for path in (folder / "going").glob("run.db*")} == {"run.db", "run.db-wal", "run.db-shm"}
    with write_protected(folder):
        before = {path.name for path in folder.rglob("*")}
        found = json.loads(output(LIST, folder))
        assert {path.name for path in folder.rglob("*")} == before
    assert [(each["run"].rpartition("/")[2], each["step"], each["note"]) for each in found] == [
        ("finished", 30, ""),
        ("going", 30, "it went on"),
        ("snapshot", 30, "it went on"),
    ]


@needs_setpriv
def test_a_run_of_an_earlier_version_is_read_where_nothing_can_be_written(folder):
    for name in ("going", "snapshot"):
        shutil.rmtree(folder / name)
    with sqlite3.connect(folder / "finished" / "run.db", isolation_level=None) as database:
        database.execute("DROP TABLE masks")
        database.execute("PRAGMA user_version = 3")
    database.close()
    with write_protected(folder):
        (found,) = json.loads(output(LIST, folder))
    assert found["step"] == 30


@needs_setpriv
@pytest.mark.parametrize("name", [pytest.param("finished", marks=pytest.mark.slow), "snapshot"])
def test_what_needs_only_reading_works(folder, tmp_path, name):
    script = """
import sys
from hdd import api
run, out = api.as_run(sys.argv[1]), sys.argv[2]
evaluation = api.evaluate(run, protocol="quick", networks=1, epochs=1, width=4)
assert evaluation.accuracies == run.evaluations()[-1]["accuracies"]
again, difference = api.replay(run, f"{out}/again")
assert difference is None, difference
assert api.fork(run, 10, f"{out}/fork", {"steps": 12}).step == 12
print(run.step, run.images(30).shape)
"""
    with write_protected(folder):
        assert output(script, folder / name, tmp_path) == "30 (10, 2, 1, 16, 16)\n"
    assert Run(folder / name).evaluations() == []


@needs_setpriv
def test_what_needs_writing_says_why_it_cannot_be_done(folder):
    script = """
import sys
from hdd_command import refused
run = sys.argv[1]
for command in (["resume"], ["rewind", "--step", "3"], ["steer", "--curvature", "-3"], ["runs", "note", "a"],
                ["runs", "rename", "b"], ["runs", "delete", "--yes"]):
    words = command[:2] if command[0] == "runs" else command[:1]
    print(refused(*words, run, *command[len(words):]))
"""
    with write_protected(folder):
        told = output(script, folder / "going").splitlines()
    assert len(told) == 6
    for each in told:
        assert "can be read here, but not changed (Permission denied)" in each and "hdd fork" in each


@needs_setpriv
@pytest.mark.parametrize("name", ["finished", "snapshot"])
def test_who_only_reads_sees_what_is_written_later(folder, name):
    script = """
import sys, time
from hdd.runs.run import Run
run = Run(sys.argv[1])
before = run.version()
print(run.note, flush=True)
sys.stdin.readline()
while run.version() == before: time.sleep(0.01)
print(run.note, flush=True)
"""
    with write_protected(folder):
        process = python(script, folder / name)
        assert process.stdout.readline() in ("\n", "it went on\n")
    Run(folder / name).write_note("new")
    assert process.communicate("\n", timeout=60)[0] == "new\n"


@needs_setpriv
def test_a_run_that_cannot_be_read_is_no_damaged_run_and_the_others_are_listed(folder):
    secret, closed = folder / "going" / "run.db", folder / "snapshot"
    secret.chmod(0)
    closed.chmod(0)
    script = "import sys; from hdd.cli import main; sys.argv = ['hdd', 'runs', 'list', sys.argv[1]]; main()"
    process = python(script, folder)
    table, told = process.communicate(timeout=60)
    closed.chmod(0o755)
    assert process.returncode == 0 and "finished" in table
    told = " ".join(told.split())
    assert f"{secret} cannot be read here (Permission denied)" in told
    assert f"{closed} cannot be looked at (Permission denied)" in told
    assert "damaged" not in told


@needs_setpriv
def test_a_run_that_is_read_from_a_copy_asks_for_a_folder_for_it(folder):
    script = """
import sys, tempfile
from hdd.cli import main
def fail():
    raise FileNotFoundError(2, "No usable temporary directory found in []")
tempfile.gettempdir = fail
sys.argv = ["hdd", "runs", "show", sys.argv[1]]
main()
"""
    with write_protected(folder):
        process = python(script, folder / "snapshot")
        told = " ".join(process.communicate(timeout=60)[1].split())
    assert process.returncode == 2 and "set TMPDIR to a folder that can be written" in told


def test_what_is_damaged_is_said_and_what_can_still_be_had(folder):
    database = folder / "finished" / "run.db"
    content = database.read_bytes()
    database.write_bytes(content[:8192])
    with pytest.raises(HDDError, match=r"run\.db is damaged \(.*malformed\).* images of \d+ steps, 0 to 30, are files"):
        Run(folder / "finished")
    # Its first pages are whole, and the records of the steps are not.
    database.write_bytes(content[: len(content) // 2].ljust(len(content), b"\0"))
    assert [run.path.name for run in find_runs(folder)][-2:] == ["going", "snapshot"]
    with pytest.raises(HDDError, match="is damaged"):
        Run(folder / "finished").metrics()


def test_images_that_were_cut_short_are_called_damaged(finished_run):
    finished_run.checkpoints.drop(finished_run.checkpoints.steps())
    path = finished_run.snapshots.path(20)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(HDDError, match=r"images of step 20 .* are damaged"):
        finished_run.images(20)
    with pytest.raises(HDDError, match="No images of step 21 are kept"):
        finished_run.images(21)


def test_a_run_copied_without_its_log_goes_on_from_its_last_record(make_run, digits, tmp_path):
    run = resume(make_run("whole", at={3: {"curvature": -3.0}}), until=4, data=digits)
    run.close()
    early = (run.path / "run.db").read_bytes()
    run = Run(run.path)
    run.steer(curvature=-9.0)
    resume(run, until=25, data=digits)
    run.close()
    copy = shutil.copytree(run.path, tmp_path / "copy")
    (copy / "run.db").write_bytes(early)
    copied = Run(copy)
    assert (copied.step, copied.steps_without_records()[-1]) == (4, 25)
    resume(copied, data=digits)
    plain = resume(make_run("plain", at={3: {"curvature": -3.0}}), data=digits)
    assert first_difference(copied, plain) is None
    assert (copy / "unrecorded" / "checkpoints" / "000000025.safetensors").exists()
    assert any("moved to unrecorded/" in event["text"] for event in copied.events())


def test_opening_a_run_again_takes_no_lock_from_those_who_have_it_open(make_run):
    """Otherwise another process that closes the run would take itself for the last one, and remove the log."""
    run = make_run()
    run.write_note("before")
    Run(run.path).close()
    script = "import sys; from hdd.runs.run import Run; run = Run(sys.argv[1]); run.write_note('after'); run.close()"
    output(script, run.path)
    assert run.note == "after"
