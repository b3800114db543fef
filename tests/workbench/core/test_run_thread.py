"""What is asked of a run without waiting for it."""

import threading

import pytest

from hdd.errors import HDDError
from workbench.core.run_thread import RunThread


@pytest.fixture
def thread(make_run):
    thread = RunThread(make_run(steps=10).path)
    yield thread
    thread.close()


def test_answers_come_in_order_from_one_thread(thread):
    names = [thread.ask(lambda run, step=step: (step, run.step, threading.current_thread().name)) for step in range(5)]
    answers = [each.result(timeout=60) for each in names]
    assert [answer[0] for answer in answers] == list(range(5))
    assert {answer[1] for answer in answers} == {10}
    (name,) = {answer[2] for answer in answers}
    assert name != threading.current_thread().name


def test_failures_reach_who_asked(thread):
    with pytest.raises(HDDError, match="No images of step 7"):
        thread.ask(lambda run: run.images(7)).result(timeout=60)
    assert thread.ask(lambda run: run.step).result(timeout=60) == 10


def test_what_was_asked_is_done_before_the_thread_ends_and_another_can_begin(thread):
    begin = threading.Event()
    slow = thread.ask(lambda run: begin.wait(60) and run.step)
    worker = next(each for each in threading.enumerate() if each.name.startswith("run run"))
    thread.close()
    assert not slow.done()
    begin.set()
    assert slow.result(timeout=60) == 10
    worker.join(timeout=60)
    assert not worker.is_alive()
    assert thread.ask(lambda run: run.step).result(timeout=60) == 10


def test_a_run_that_is_gone_is_told(make_run, root):
    thread = RunThread(root / "never")
    with pytest.raises(HDDError, match="There is no run in"):
        thread.ask(lambda run: run.step).result(timeout=60)
    thread.close()
