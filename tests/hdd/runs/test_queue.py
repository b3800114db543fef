"""Engines as processes that take turns on one device."""

import os
import signal

import pytest
from waiting import wait_until

from hdd.runs.queue import Ticket


def state(run):
    return run.status().state


@pytest.mark.slow
def test_engines_queue_in_the_order_in_which_they_came(make_run, engine_process):
    first, second, third, beside = (make_run(name, steps=100_000) for name in ("first", "second", "third", "beside"))
    head = engine_process(first, "--queue")
    wait_until(lambda: first.step > 1)
    waiting = engine_process(second, "--queue")
    wait_until(lambda: state(second) == "queued")
    stopped = engine_process(third, "--queue")
    wait_until(lambda: state(third) == "queued")
    assert second.status().message == f"waiting for cpu, which is used by {first.path} (process {head.pid})"
    assert third.status().message == f"waiting for cpu, which is used by {first.path} (process {head.pid}) and 1 more"
    assert second.status().pid == waiting.pid

    spoke = second.status().time
    wait_until(lambda: second.status().time > spoke)
    second.steer(curvature=-4.0)
    third.command("stop")
    stdout, _ = stopped.communicate(timeout=60)
    assert stopped.returncode == 0
    assert "stopped at step 0" in stdout
    assert [edit.status for edit in third.edits()] == ["applied"]

    sharing = engine_process(beside)
    wait_until(lambda: beside.step > 1)
    assert state(second) == "queued"
    assert second.step == 0
    os.kill(sharing.pid, signal.SIGKILL)
    os.kill(head.pid, signal.SIGKILL)
    wait_until(lambda: second.step > 1)
    assert second.settings.curvature == -4.0
    assert state(first) == "killed"


@pytest.mark.slow
def test_a_queued_run_can_be_told_to_share_the_device(make_run, engine_process):
    first, second, third = (make_run(name, steps=100_000) for name in ("first", "second", "third"))
    engine_process(first, "--queue")
    wait_until(lambda: first.step > 1)
    for run in (second, third):
        engine_process(run, "--queue")
        wait_until(lambda run=run: state(run) == "queued")
    second.command("go")
    wait_until(lambda: second.step > 1)
    assert [edit.status for edit in second.edits()] == ["applied"]
    assert state(first) == "running"
    assert state(third) == "queued"


@pytest.mark.slow
def test_a_killed_engine_that_waited_reads_as_killed_and_holds_up_nobody(make_run, engine_process):
    first, second, third = (make_run(name, steps=100_000) for name in ("first", "second", "third"))
    head = engine_process(first)
    wait_until(lambda: first.step > 1)
    waiting = engine_process(second, "--queue")
    wait_until(lambda: state(second) == "queued")
    engine_process(third, "--queue")
    wait_until(lambda: state(third) == "queued")
    os.kill(waiting.pid, signal.SIGKILL)
    waiting.wait()
    wait_until(lambda: state(second) == "killed")
    assert state(third) == "queued"
    first.command("stop")
    assert head.wait(timeout=60) == 0
    wait_until(lambda: third.step > 1)


def test_a_paused_engine_holds_up_nobody(make_run, engine_process):
    first, second = (make_run(name, steps=100_000) for name in ("first", "second"))
    engine_process(first)
    wait_until(lambda: first.step > 1)
    engine_process(second, "--queue")
    wait_until(lambda: state(second) == "queued")
    first.command("pause")
    wait_until(lambda: second.step > 1)
    first.command("go")
    wait_until(lambda: state(first) == "running")
    assert state(second) == "running"


def test_a_signal_ends_the_wait(make_run, engine_process):
    first, second = (make_run(name, steps=100_000) for name in ("first", "second"))
    engine_process(first)
    wait_until(lambda: first.step > 1)
    process = engine_process(second, "--queue")
    wait_until(lambda: state(second) == "queued")
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in stderr
    assert second.status().message == "stopped while it was waiting for cpu"


def test_tickets(tmp_path):
    one, two = (Ticket("toaster", tmp_path / name) for name in ("one", "two"))
    assert one.ahead() == []
    assert two.ahead() == [f"{tmp_path / 'one'} (process {os.getpid()})"]
    assert Ticket("kettle", tmp_path / "three").ahead() == []
    one.release()
    assert two.ahead() == []
    two.release()


def test_without_a_folder_for_tickets_only_those_who_queue_are_refused(make_run, engine_process, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path / "file"))
    run = make_run(steps=3)
    process = engine_process(run, "--queue")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "set HDD_CACHE_DIR to a folder that can be written" in " ".join(stderr.split())
    assert engine_process(run).wait(timeout=60) == 0
