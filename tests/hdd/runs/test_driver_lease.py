import json
import os
import subprocess
import sys
import threading
import time

import pytest
from hdd_command import hdd, refused
from read_only import needs_setpriv, output, write_protected

from hdd.runs.driver_lease import DriverLease, by
from hdd.runs.resume import resume


def test_the_first_who_comes_drives_until_the_seat_is_free(tmp_path):
    lease = DriverLease(tmp_path)
    assert lease.driver is None
    assert lease.take("a") and lease.take("a")
    assert not lease.take("b")
    lease.leave("b")
    assert lease.driver == "a"
    lease.leave("a")
    assert lease.driver is None
    assert lease.take("b")


def test_only_the_driver_passes_the_seat_on(tmp_path):
    lease = DriverLease(tmp_path)
    lease.take("a")
    lease.leave("b", to="b")
    assert lease.driver == "a"
    lease.leave("a", to="b")
    assert lease.driver == "b"
    assert not lease.take("a")


def test_of_many_who_come_at_once_one_drives(tmp_path):
    lease, start, drivers = DriverLease(tmp_path), threading.Barrier(8), []

    def come(tab):
        start.wait()
        if lease.take(tab):
            drivers.append(tab)

    threads = [threading.Thread(target=come, args=(str(i),)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drivers == [lease.driver]


def test_one_drives_of_all_servers_kernels_and_commands(tmp_path):
    """Eight processes that see only the folder want the lease at once, and each tells what it got."""
    script = """
import sys, time
from pathlib import Path
from hdd.runs.driver_lease import DriverLease
lease = DriverLease(Path(sys.argv[1]))
sys.stdin.readline()
print(lease.take(sys.argv[2], "person " + sys.argv[2]))
"""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    got = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(got) == ["False"] * 7 + ["True"]
    assert DriverLease(tmp_path).holder.who == f"person {got.index('True')}"


def test_another_process_sees_who_drives_but_not_the_key(tmp_path):
    DriverLease(tmp_path).take("secret", "alice")
    assert not any(b"secret" in path.read_bytes() for path in tmp_path.rglob("*.json"))
    other = DriverLease(tmp_path)
    assert other.holder.who == "alice" and other.driver != "secret"
    # What is read there opens nothing.
    found = json.loads((tmp_path / "live" / "driver.json").read_text())
    assert not any(other.take(key) for key in (*found.values(), "bob"))
    assert other.take("bob", "bob", over=True) and other.holder.who == "bob"
    other.leave("bob", to="carol", who="carol")
    assert DriverLease(tmp_path).holder.who == "carol"


def test_a_lease_that_is_not_kept_expires(tmp_path):
    lease, other = DriverLease(tmp_path), DriverLease(tmp_path)
    lease.take("a", "a")
    past = time.time() - 10
    os.utime(tmp_path / "live" / "driver.json", (past, past))
    assert other.holder.who == "a"
    lease.keep("a")
    assert time.time() - (tmp_path / "live" / "driver.json").stat().st_mtime < 5
    past = time.time() - 60
    os.utime(tmp_path / "live" / "driver.json", (past, past))
    assert lease.driver is None and other.take("b")
    lease.keep("a")
    assert lease.driver != "a"


@pytest.mark.parametrize("hours", [-8, 1])
def test_a_holder_that_slept_or_whose_clock_was_set_gets_its_lease_back(tmp_path, hours):
    lease, other = DriverLease(tmp_path), DriverLease(tmp_path)
    lease.take("a", "alice")
    touched = time.time() + 3600 * hours
    os.utime(tmp_path / "live" / "driver.json", (touched, touched))
    assert lease.driver is None and other.holder is None
    lease.keep("b", "a")
    assert lease.driver == "a" and other.holder.who == "alice"


def test_who_asks_often_may_see_what_others_do_late_but_never_what_it_did_itself(tmp_path):
    lease, other = DriverLease(tmp_path, unseen_seconds=3600), DriverLease(tmp_path)
    assert lease.driver is None
    other.take("b", "bob")
    assert lease.driver is None and not lease.take("a", "alice")
    assert lease.holder.who == "bob"
    other.take("c", "carol", over=True)
    assert lease.holder.who == "bob" and not lease.holds("a") and lease.holder.who == "carol"
    assert lease.take("a", "alice", over=True) and lease.driver == "a"
    lease.leave("a")
    assert lease.driver is None


def test_a_command_steers_unless_somebody_else_is_in_control(make_run):
    run = make_run()
    page = DriverLease(run.path)
    page.take("tab", "alice")
    told = refused("steer", str(run.path), "--curvature", "-3")
    assert f"alice is in control of {run.path}" in told and "--take-over" in told
    assert "alice is in control" in refused("rewind", str(run.path), "--step", "0")
    assert run.edits() == []
    hdd("steer", str(run.path), "--curvature", "-3", "--take-over")
    assert page.holder is None
    hdd("steer", str(run.path), "--curvature", "-2")
    assert [(edit.value, edit.who) for edit in run.edits()] == [(-3.0, by("hdd steer")), (-2.0, by("hdd steer"))]


CHANGES = [
    ["resume", "RUN", "--steps", "3"],
    ["evaluate", "RUN", "--baseline", "random", "--networks", "1", "--epochs", "1"],
    ["runs", "note", "RUN", "a note"],
    ["runs", "rename", "RUN", "other"],
    ["runs", "delete", "RUN", "--yes"],
]


@pytest.mark.parametrize("command", CHANGES, ids=lambda command: command[1] if command[0] == "runs" else command[0])
def test_every_command_that_changes_a_run_leaves_it_to_who_is_in_control(make_run, command):
    run = make_run(steps=2)
    command = [str(run.path) if word == "RUN" else word for word in command]
    DriverLease(run.path).take("tab", "alice")
    told = refused(*command)
    assert f"alice is in control of {run.path}" in told and "--take-over" in told
    assert (run.step, run.note, run.evaluations(), run.edits()) == (0, "", [], [])
    hdd(*command, "--take-over")
    for left in run.path.parent.glob("*/run.db"):
        assert DriverLease(left.parent).holder is None
        hdd("runs", "note", str(left.parent), "free again")


def test_a_page_resumes_for_who_is_in_control_there(make_run):
    run = make_run(steps=2)
    page = DriverLease(run.path)
    page.take("tab", "alice")
    hdd("resume", str(run.path), "--steps", "3", "--by=alice")
    assert page.holder.who == "alice"
    page.leave("tab")
    hdd("resume", str(run.path), "--steps", "4")
    assert [(edit.value, edit.who) for edit in run.edits()] == [(3, "alice"), (4, by("hdd resume"))]
    resume(run, steps=5, who="python")
    assert run.edits()[-1].who == "python"


@needs_setpriv
def test_nobody_drives_where_nothing_can_be_written(tmp_path):
    script = """
import sys
from pathlib import Path
from hdd.runs.driver_lease import DriverLease
print(DriverLease(Path(sys.argv[1])).take("a"))
"""
    with write_protected(tmp_path):
        assert output(script, tmp_path) == "False\n"


def test_a_clock_that_differs_from_that_of_the_file_server_frees_no_lease(tmp_path, monkeypatch):
    assert DriverLease(tmp_path).take("a", "alice")
    now = time.time
    monkeypatch.setattr("hdd.runs.driver_lease.time.time", lambda: now() + 3600)
    late = DriverLease(tmp_path)
    assert not late.take("b") and late.holder.who == "alice"


@pytest.mark.parametrize("content", ["", "garbage{", "[" * 200_000, "5", '{"key": 5}', "x" * 1_000_000])
def test_a_lease_that_says_nothing_is_free(tmp_path, content):
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "driver.json").write_text(content)
    lease = DriverLease(tmp_path)
    assert lease.driver is None
    assert lease.take("a")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes and devices")
def test_a_lease_that_is_no_file_is_never_read(tmp_path):
    for name, make in (("device", lambda path: path.symlink_to("/dev/zero")), ("pipe", os.mkfifo)):
        (tmp_path / name / "live").mkdir(parents=True)
        make(tmp_path / name / "live" / "driver.json")
        os.utime(tmp_path / name / "live" / "driver.json", follow_symlinks=False)
        assert DriverLease(tmp_path / name).driver is None


@needs_setpriv
def test_a_lease_that_cannot_be_read_is_not_free(tmp_path):
    DriverLease(tmp_path).take("a", "alice")
    script = (
        "import sys; from pathlib import Path; from hdd.runs.driver_lease import DriverLease\n"
        "lease = DriverLease(Path(sys.argv[1]))\n"
        "print(lease.holder.who, lease.take('b'), lease.take('b', over=True), lease.driver == 'b')"
    )
    for path in (tmp_path / "live", tmp_path / "live" / "driver.json"):
        mode = path.stat().st_mode
        path.chmod(0)
        told = output(script, tmp_path)
        path.chmod(mode)
        assert "somebody who cannot be seen here" in told and "Permission denied" in told
        assert told.split()[-3] == "False"
