import os

from waiting import wait_until

from workbench.core import projector
from workbench.core.projector import Projector


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_takes_long_says_how_far_it_is():
    made = Projector()
    assert made.progress("live") == ""
    for done, said in ((200, "200 of 2000 images"), (400, "400 of 2000 images, "), (2000, "")):
        made.live(projector._tell, done, 2000).result(timeout=120)
        assert made.progress("live").startswith(said)
        assert made.progress("live").endswith("left") == (done == 400)
    made.close()


def test_a_process_that_was_killed_is_replaced():
    made = Projector()
    assert made.live(abs, -1).result(timeout=120) == 1
    (process,) = made._pools["live"]._processes.values()
    process.kill()
    process.join()

    def answers():
        future = made.live(abs, -2)
        return future.exception(timeout=120) is None and future.result() == 2

    assert wait_until(answers, 120)
    made.close()


def test_a_process_that_learns_ends_afterwards():
    made = Projector()
    process = made.learn(os.getpid).result(timeout=120)
    wait_until(lambda: not is_alive(process), 120)
    assert made.learn(os.getpid).result(timeout=120) != process
    made.close()
