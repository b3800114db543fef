"""Links between a browser and the server that are cut, or carry nothing for a while; and what else befalls a page."""

import time

from relay import Relay
from waiting import wait_until

from chaos.disks import damage
from chaos.kills import KILLED, QUIET
from chaos.plan import Fault
from chaos.stage import PATIENCE

VIEWER = "whoever looks at the page: the page"
LOST = "The server does not answer"


def break_link(how, shortest, longest):
    """A fault in which the link is broken, by a method of the relay, for so many seconds."""

    def act(stage, random):
        stage.is_live()
        how(stage.relay)
        stage.page.wait_for_timeout(1000 * random.uniform(shortest, longest))
        stage.relay.mend()
        return stage.hears(LOST)

    return act


def kill_server(stage, random):
    stage.is_live()
    stage.kill_server()
    stage.page.wait_for_timeout(1000 * random.uniform(1, 4))
    stage.serve()
    return stage.hears(LOST)


def kill_workers(stage, random):
    stage.is_live()
    wait_until(lambda: stage.page.wait_for_timeout(100) or stage.workers(), PATIENCE)
    workers = stage.workers()
    # So they are killed while they have something to do. Those that wait are started again without a word.
    for worker in workers:
        worker.suspend()
    stage.page.wait_for_timeout(1000 * random.uniform(3, 6))
    for worker in workers:
        worker.kill()
    return stage.text(WORKER)


def kill_engine(stage, random):
    stage.is_live()
    stage.page.wait_for_timeout(random.uniform(0, 1500))
    stage.kill()
    return stage.text(KILLED)


def hang_engine(stage, random):
    stage.is_live()
    with stage.hanging():
        return stage.text(QUIET)


def lose_frame(stage, random):
    stage.is_live()
    frame = stage.path / "live" / "frame.safetensors"
    for _ in range(random.randint(1, 5)):
        if random.random() < 0.5:
            frame.unlink(missing_ok=True)
        elif frame.exists():
            damage(frame, random)
        time.sleep(random.uniform(0, 0.3))
    return stage.text(GOES_ON)


WORKER = "process that computes it was killed"
GOES_ON = "Running: step"
FAULTS = [
    Fault(
        "links", "the link is cut for 0.1 to 5 s", break_link(Relay.cut, 0.1, 5), VIEWER, LOST, weight=12, on_page=True
    ),
    Fault(
        "links",
        "the link carries nothing for 20 s",
        break_link(Relay.stall, 18, 22),
        VIEWER,
        LOST,
        weight=1,
        on_page=True,
    ),
    Fault("kills", "`kill -9` of the server", kill_server, VIEWER, LOST, weight=3, on_page=True),
    Fault(
        "kills", "`kill -9` of the processes that draw the disk", kill_workers, VIEWER, WORKER, weight=2, on_page=True
    ),
    Fault("kills", "`kill -9` of an engine that a page shows", kill_engine, VIEWER, KILLED, weight=3, on_page=True),
    Fault("kills", "an engine that a page shows hangs (SIGSTOP)", hang_engine, VIEWER, QUIET, weight=1, on_page=True),
    Fault("disks", "the live frame is damaged or deleted", lose_frame, VIEWER, GOES_ON, weight=3, on_page=True),
]
