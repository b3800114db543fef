import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest
from hdd_command import hdd, refused
from waiting import wait_until

from hdd.runs.liveness import SILENT_SECONDS, ProcessId
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.states import EngineState


@pytest.fixture
def sleeper():
    """A process that does nothing; ended with the test."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def test_a_process_lives_until_it_is_killed(sleeper):
    process = ProcessId.of(sleeper.pid)
    assert process.is_alive(heard=0)
    sleeper.send_signal(signal.SIGSTOP)
    assert process.is_alive(heard=0)
    sleeper.kill()
    # Nobody has waited for it yet, so it is a zombie.
    wait_until(lambda: not process.is_alive(heard=time.time()))
    sleeper.wait()
    assert not process.is_alive(heard=time.time())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process started")
def test_another_process_of_the_same_number_is_another_one(sleeper):
    process = ProcessId.of(sleeper.pid)
    assert not ProcessId(process.pid, process.machine, process.started - 1).is_alive(heard=time.time())


def test_elsewhere_the_last_word_counts():
    process = ProcessId(1, "another machine", 1)
    assert process.is_alive(heard=time.time() - SILENT_SECONDS / 2)
    assert not process.is_alive(heard=time.time() - 2 * SILENT_SECONDS)


def test_a_last_word_from_the_future_is_none():
    """As after the clock was set back."""
    assert not ProcessId(1, "another machine", 1).is_alive(heard=time.time() + 3600)


def test_a_quiet_engine_is_said_to_be_and_a_killed_one_too(make_run, engine_process, monkeypatch):
    monkeypatch.setattr("hdd.runs.engine_status.QUIET_SECONDS", 2.0)
    run = make_run(steps=100_000)
    process = engine_process(run)
    wait_until(lambda: run.status().state == "running" and run.step > 3 and run.status().message == "")
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: "its process is stopped" in run.status().message)
    assert "Engine: not heard of since" in hdd("runs", "show", str(run.path)).stdout
    process.send_signal(signal.SIGCONT)
    wait_until(lambda: run.status().message == "")
    process.kill()
    process.wait()
    assert "Engine: the engine ended without a message" in hdd("runs", "show", str(run.path)).stdout


def probe(path, until, found):
    run = Run(path)
    while time.monotonic() < until:
        found.add(run.status().state)
    run.close()


PROBE = """
import sys, time
from hdd.runs.run import Run
run, until, found = Run(sys.argv[1]), time.monotonic() + float(sys.argv[2]), set()
while time.monotonic() < until:
    found.add(str(run.status().state))
print(" ".join(sorted(found)))
"""


def states_found(path, seconds=2.0):
    """The states that two other processes and three threads find, who ask at once."""
    command = [sys.executable, "-c", PROBE, str(path), str(seconds)]
    others = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found = set()
    threads = [threading.Thread(target=probe, args=(path, time.monotonic() + seconds, found)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for other in others:
        stdout, _ = other.communicate(timeout=60)
        assert other.returncode == 0
        found |= set(stdout.split())
    return found


@pytest.mark.slow
def test_many_readers_at_once_see_no_engine_where_none_is(make_run, engine_process):
    run = make_run(steps=100_000)
    process = engine_process(run)
    wait_until(lambda: run.status().state == "running")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert states_found(run.path) == {"killed"}


def test_many_readers_at_once_see_an_engine_that_lives(make_run, engine_process):
    run = make_run(steps=100_000)
    engine_process(run)
    wait_until(lambda: run.status().state == "running")
    assert states_found(run.path) == {"running"}


def test_readers_hold_up_no_engine_that_starts(make_run, digits):
    run = make_run()
    stop = threading.Event()
    found = set()

    def look():
        reader = Run(run.path)
        while not stop.is_set():
            found.add(reader.status().state)
        reader.close()

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for until in range(1, 6):
        resume(Run(run.path), until=until, data=digits)
    stop.set()
    for reader in readers:
        reader.join()
    assert found <= {EngineState.NEW, EngineState.STARTING, EngineState.RUNNING, EngineState.STOPPED}


def test_a_copy_of_a_going_run_has_no_engine_and_keeps_nobody_waiting(make_run, engine_process, tmp_path):
    run = make_run(steps=100_000)
    engine_process(run)
    wait_until(lambda: run.status().state == "running")
    copy = shutil.copytree(run.path, tmp_path / "copy")
    said = hdd("runs", "show", str(copy)).stdout
    assert f"this directory is a copy and has no engine: the one that was copied with it advances {run.path}" in said
    told = hdd("steer", str(copy), "--curvature", "-3").stdout
    assert "curvature → -3: pending" in told and "This run has no engine now" in told
    assert "pending" in hdd("prune", str(copy), "--rate", "0.2", "--apply").stdout
    assert "has no engine now" in refused("steer", str(copy), "go")
    assert run.engine_alive() and run.edits() == []
    # It can be resumed by itself, and then has an engine of its own.
    engine_process(Run(copy))
    wait_until(lambda: Run(copy).status().state == "running")
    assert run.engine_alive()


def test_a_going_run_is_the_same_under_another_path(make_run, engine_process, tmp_path):
    run = make_run("folder/run", steps=100_000)
    engine_process(run)
    wait_until(lambda: run.status().state == "running")
    (tmp_path / "link").symlink_to(run.path)
    assert Run(tmp_path / "link").engine_alive()
    run.path.parent.rename(tmp_path / "renamed")
    # The engine finds that its directory is gone, but until then it is the one of this run.
    assert Run(tmp_path / "renamed" / "run").status().state in ("running", "failed")
