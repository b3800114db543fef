"""What sessions learn of a run, from its directory alone."""

import shutil
import sqlite3
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import scripted
from waiting import wait_until

from hdd.errors import HDDError
from hdd.pixels import to_pixels
from hdd.runs import history
from hdd.runs.tensors import write_tensors
from workbench.core import run_source, run_thread, shared_pixels
from workbench.core.run_reading import RECORDS_AT_A_TIME
from workbench.core.run_source import RunSource, open_sources, source_of

SECONDS = 60


@pytest.fixture
def follow():
    """Joins sessions to a source, and ends them with the test."""
    joined = []

    def join(source, session="session", tab="tab", wake=lambda: None):
        source.join(session, tab, wake)
        joined.append((source, session))
        wait_until(lambda: not source.state.reading, SECONDS)
        return source

    yield join
    for source, session in joined:
        source.leave(session)
    wait_until(lambda: not any(threads(source) for source, _ in joined), SECONDS)


def threads(source):
    return [thread for thread in threading.enumerate() if thread.name == f"feed {source.run.path.name}"]


def test_a_session_learns_all_that_was_recorded_before_it_came(make_run, follow):
    run = make_run(steps=40, of=50)
    run.write_evaluation(40, {"name": "quick"}, [0.5])
    state = follow(RunSource(run.path)).state
    assert (state.step, state.settings.steps, state.status.state, state.problem) == (40, 50, "stopped", None)
    assert state.columns["step"].tolist() == list(range(1, 41))
    np.testing.assert_allclose(state.columns["loss"], 10 / np.arange(1, 41))
    assert state.kept == (0, 10, 20, 30, 40)
    assert [edit.name for edit in state.steered] == ["steps"]
    assert [(each["step"], each["accuracies"]) for each in state.evaluations] == [(40, [0.5])]
    assert "engine started" in [each["text"] for each in state.events]


def test_the_history_of_a_long_run_is_read_in_parts_and_completely(make_run, follow):
    run = make_run(steps=1)
    for step in range(2, 2 * RECORDS_AT_A_TIME + 10):
        run.write_metrics(scripted.record(step))
    states = []
    source = RunSource(run.path)
    follow(source, wake=lambda: states.append(source.state))
    assert source.state.columns["step"][-1] == run.step == 2 * RECORDS_AT_A_TIME + 9
    assert any(state.reading and state.columns for state in states)
    versions = [state.version for state in states]
    assert versions == sorted(versions)


def test_new_records_edits_and_frames_reach_it(make_run, follow):
    run = make_run(steps=20, of=100)
    woken = threading.Event()
    source = follow(RunSource(run.path), wake=woken.set)
    run.write_metrics(scripted.record(21))
    wait_until(lambda: source.state.step == 21, SECONDS)
    assert source.state.columns["step"][-1] == 21
    assert woken.is_set()

    (edit,) = run.steer(curvature=-3.0)
    wait_until(lambda: source.state.edits[-1].id == edit, SECONDS)
    assert source.state.edits[-1].status == "pending"
    assert source.state.settings.curvature == -1
    run.decide(source.state.edits[-1], "applied", 21, -1.0)
    wait_until(lambda: source.state.settings.curvature == -3, SECONDS)

    assert run.watched()
    images = scripted.images(21)
    frame = {"images": images.reshape(10, 10, *images.shape[1:]), "step": np.int64(21)}
    write_tensors(run.path / "live" / "frame.safetensors", frame)
    found = wait_until(lambda: source.state.frame, SECONDS)
    assert found.step == 21
    np.testing.assert_array_equal(found.images, images)


def test_a_rewind_takes_back_what_was_drawn(make_run, follow):
    run = make_run(steps=40, of=50)
    source = follow(RunSource(run.path))
    history.rewind(run, 20)
    wait_until(lambda: source.state.step == 20 and source.state.kept == (0, 10, 20), SECONDS)
    assert source.state.columns["step"].tolist() == list(range(1, 21))
    # Made again, at once as many as there were: the rewind is seen even so.
    history.rewind(run, 10)
    for step in range(11, 21):
        run.write_metrics(scripted.record(step + 1000))
    wait_until(lambda: source.state.columns["step"][-1] == 1020, SECONDS)
    assert len(source.state.columns["step"]) <= 20


def test_a_run_that_is_removed_is_told_and_its_reader_goes_on_looking(make_run, follow):
    run = make_run(steps=10)
    source = follow(RunSource(run.path))
    shutil.rmtree(run.path)
    problem = wait_until(lambda: source.state.problem, SECONDS)
    assert problem == f"The run's directory {run.path} is gone: it was removed or renamed."
    assert threads(source)
    assert source.state.step == 10


def test_a_run_that_comes_back_is_read_on(make_run, follow):
    run = make_run(steps=10)
    source = follow(RunSource(run.path))
    away = run.path.with_name("away")
    run.path.rename(away)
    wait_until(lambda: source.state.problem, SECONDS)
    away.rename(run.path)
    run.write_metrics(scripted.record(11))
    wait_until(lambda: source.state.problem is None and source.state.step == 11, SECONDS)


def test_a_killed_engine_is_told(make_run, follow, script):
    script(rate=50)
    run = make_run(steps=10, of=100_000)
    source = follow(RunSource(run.path))
    engine = subprocess.Popen([sys.executable, scripted.__file__, "resume", str(run.path)])
    wait_until(lambda: source.state.status.state == "running" and source.state.step > 12, SECONDS)
    engine.kill()
    engine.wait()
    wait_until(lambda: source.state.status.state == "killed", SECONDS)
    assert source.state.step == run.step


def test_one_thread_reads_for_all_sessions_and_ends_with_the_last(make_run, follow):
    source = RunSource(make_run(steps=10).path)
    assert threads(source) == []
    follow(source, "one")
    follow(source, "two")
    assert len(threads(source)) == 1
    source.leave("one")
    assert len(threads(source)) == 1
    source.leave("two")
    wait_until(lambda: not threads(source), SECONDS)
    follow(source, "three")
    assert len(threads(source)) == 1


def test_the_seat_of_a_tab_that_is_gone_becomes_free(make_run, follow):
    source = RunSource(make_run(steps=10).path)
    follow(source, "before reload", "a")
    source.lease.take("a")
    follow(source, "watching", "b")
    follow(source, "after reload", "a")
    assert source.tabs() == ["a", "b"]
    source.leave("before reload")
    assert source.lease.driver == "a"
    source.leave("after reload")
    assert source.lease.driver is None
    assert source.tabs() == ["b"]


def test_images_of_a_step_are_read_once_for_all_sessions_until_the_run_is_rewound(make_run, follow, monkeypatch):
    run = make_run(steps=40, of=60)
    source, read = follow(RunSource(run.path)), []
    monkeypatch.setattr(run_source, "_read", lambda run, step: read.append(step))
    for _ in range(3):
        source.read(20).result(SECONDS)
    source.read(30).result(SECONDS)
    assert read == [20, 30]
    history.rewind(run, 20)
    wait_until(lambda: source.state.rewinds, SECONDS)
    source.read(20).result(SECONDS)
    assert read == [20, 30, 20]


def test_pixels_of_a_few_images_take_no_place_of_those_of_a_step(make_run, monkeypatch):
    source = RunSource(make_run(steps=10).path)
    images, made = source.run.images(10), []
    images = images.reshape(-1, *images.shape[2:])
    monkeypatch.setattr(shared_pixels, "to_pixels", lambda *given: made.append(given) or to_pixels(*given))
    expected = source.to_pixels(images)
    for number in range(len(images)):
        assert np.array_equal(source.to_pixels(images[number : number + 1])[0], expected[number])
    assert np.array_equal(source.to_pixels(images), expected) and len(made) == 1


def test_a_run_has_one_feed_until_another_run_takes_its_place(make_run):
    run = make_run(steps=10)
    source = source_of(run.path)
    assert source_of(run.path / ".." / run.path.name) is source
    shutil.rmtree(run.path)
    with pytest.raises(HDDError, match="There is no run in"):
        source_of(run.path)
    again = make_run(steps=20)
    other = source_of(again.path)
    assert other is not source
    assert source_of(again.path) is other


def test_a_run_that_nobody_looks_at_is_forgotten(make_run, follow, monkeypatch):
    monkeypatch.setattr(run_source, "UNWATCHED_SECONDS", 0.2)
    run = make_run(steps=10)
    source = follow(source_of(run.path))
    time.sleep(0.5)
    assert source_of(run.path) is source
    source.leave("session")
    wait_until(lambda: source not in open_sources(), SECONDS)
    assert source_of(run.path) is not source


def test_a_database_that_is_held_is_told_soon(make_run, follow, monkeypatch):
    monkeypatch.setattr(run_thread, "PATIENCE_SECONDS", 0.1)
    run = make_run(steps=10, of=50)
    source = follow(RunSource(run.path))
    holder = sqlite3.connect(run.path / "run.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(HDDError, match=r"cannot be read or written at the moment \(database is locked\): try again"):
        source.ask(lambda run: run.steer(curvature=-2.0)).result(timeout=SECONDS)
    holder.execute("ROLLBACK")
    holder.close()
    assert source.ask(lambda run: run.steer(curvature=-2.0)).result(timeout=SECONDS)
