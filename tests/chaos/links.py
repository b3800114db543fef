"""Links between a browser and the server that are cut, or carry nothing for a while; and what else befalls a page."""

import signal
import time

from chaos.disks import damage
from chaos.kills import KILLED, QUIET
from chaos.plan import Fault

VIEWER = "whoever looks at the page: the page"
LOST = "The server does not answer"


def cut(stage, random):
    stage.is_live()
    stage.relay.cut()
    said = stage.hears(random.uniform(0.1, 5))
    stage.relay.mend()
    return said


def stall(stage, random):
    stage.is_live()
    stage.relay.stall()
    said = stage.hears(random.uniform(18, 22))
    stage.relay.mend()
    return said


def kill_server(stage, random):
    stage.is_live()
    stage.kill_server()
    said = stage.hears(random.uniform(1, 4))
    stage.serve()
    return said


def kill_worker(stage, random):
    stage.is_live()
    workers = stage.workers()
    while not workers:
        stage.page.wait_for_timeout(500)
        workers = stage.workers()
    random.choice(workers).kill()
    return stage.text(WORKER)


def kill_engine(stage, random):
    stage.is_live()
    stage.page.wait_for_timeout(random.uniform(0, 1500))
    stage.kill()
    return stage.text(KILLED)


def hang_engine(stage, random):
    stage.is_live()
    engine = stage.engine
    engine.send_signal(signal.SIGSTOP)
    said = stage.text(QUIET)
    engine.send_signal(signal.SIGCONT)
    return said


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
    Fault("links", "the link is cut for 0.1 to 5 s", cut, VIEWER, LOST, weight=12, on_page=True),
    Fault("links", "the link carries nothing for 20 s", stall, VIEWER, LOST, weight=1, on_page=True),
    Fault("kills", "`kill -9` of the server", kill_server, VIEWER, LOST, weight=3, on_page=True),
    Fault("kills", "`kill -9` of a process that draws the disk", kill_worker, VIEWER, WORKER, weight=2, on_page=True),
    Fault("kills", "`kill -9` of an engine that a page shows", kill_engine, VIEWER, KILLED, weight=3, on_page=True),
    Fault("kills", "an engine that a page shows hangs (SIGSTOP)", hang_engine, VIEWER, QUIET, weight=1, on_page=True),
    Fault("disks", "the live frame is damaged or deleted", lose_frame, VIEWER, GOES_ON, weight=3, on_page=True),
]
