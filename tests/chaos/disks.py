"""Disks that are full, slow or read-only, files that are damaged, and a database that is locked."""

import errno
import gc
import resource
import sqlite3
import subprocess
import time
from contextlib import contextmanager

from read_only import write_protected

from chaos.kills import QUIET, SHOWN
from chaos.plan import Fault
from hdd.errors import HDDError
from hdd.runs.schema import LOCKED_SECONDS

RESUMED = "whoever resumes the run: the terminal"
ENDED = "whoever started the engine: the terminal, and `hdd runs show`"


def both(stage):
    """What the engine printed before it ended, and what is shown then."""
    stage.ends()
    return f"{stage.said()}\n{stage.shown()}"


def fill(stage, random):
    stage.goes()
    time.sleep(random.uniform(0, 1))
    filler = stage.folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            for size in (1 << 20, 1 << 12, 1):
                while True:
                    try:
                        file.write(b"\0" * size)
                    except OSError as error:
                        assert error.errno == errno.ENOSPC, error
                        break
        finally:
            file.flush()
    said = both(stage)
    filler.unlink()
    return said


def exceed_quota(stage, random):
    stage.goes()
    limit = (random.choice([0, 4096, 65536]),) * 2
    resource.prlimit(stage.engine.pid, resource.RLIMIT_FSIZE, limit)
    return both(stage)


def protect_folder(stage, random):
    stage.goes()
    # While the rights are changed, no file may come or go.
    stage.engine.suspend()
    with write_protected(stage.path):
        stage.engine.resume()
        return both(stage)


def remount(stage, mode):
    """Mounts the disk "ro" or "rw", which needs that nobody has a file open to write, as the stage itself has."""
    stage.run.close()
    gc.collect()
    try:
        subprocess.run(["mount", "-o", f"remount,{mode}", stage.folder], check=True)
    finally:
        stage.open()


def mount_read_only(stage, random):
    stage.goes()
    stage.kill()
    remount(stage, "ro")
    try:
        stage.start()
        stage.ends()
        return stage.said()
    finally:
        remount(stage, "rw")


def damage(path, random):
    """Cuts a file off, or turns a bit of it over."""
    content = bytearray(path.read_bytes())
    if random.random() < 0.5:
        content = content[: random.randrange(len(content))]
    else:
        content[random.randrange(len(content) // 2, len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def damage_checkpoint(stage, random):
    stage.goes()
    while not stage.run.checkpoints.steps():
        stage.comes_on()
    stage.kill()
    damage(stage.run.checkpoints.path(stage.run.checkpoints.steps()[-1]), random)
    stage.start()
    stage.comes_on(1)
    return f"{stage.said()}\n{stage.shown()}"


def damage_snapshot(stage, random):
    """The newest one, after which no checkpoint came, so that its step is made again."""
    stage.goes()
    while (step := stage.run.snapshots.steps()[-1]) <= max(stage.run.checkpoints.steps(), default=0):
        stage.comes_on()
    stage.kill()
    step = stage.run.snapshots.steps()[-1]
    damage(stage.run.snapshots.path(step), random)
    try:
        stage.run.images(step)
    except HDDError as error:
        return str(error)
    return ""


@contextmanager
def locked(stage):
    """Within this context, another connection holds the database, as a backup might."""
    holder = sqlite3.connect(stage.path / "run.db", isolation_level=None)
    holder.execute("PRAGMA busy_timeout = 10000")
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def lock_briefly(stage, random):
    stage.goes()
    with locked(stage):
        time.sleep(random.uniform(0, 4))
        return stage.wait_for_words(QUIET, stage.shown)


def lock_long(stage, random):
    stage.goes()
    with locked(stage):
        time.sleep(LOCKED_SECONDS + 3)
    return both(stage)


def slow_down(stage, random):
    stage.goes()
    stage.flush.write_text(str(random.uniform(1, 3)))
    time.sleep(random.uniform(2, 5))
    stage.stop()
    return stage.shown()


LOCKED = "Another process has kept the database locked"
FULL = "Cannot write to .*Free some space there"
FAULTS = [
    Fault("disks", "the disk is full", fill, ENDED, FULL, weight=4, needs_mounts=True),
    Fault("disks", "no file may grow any more (quota)", exceed_quota, ENDED, f"{FULL}|is full or failing", weight=3),
    Fault("disks", "the folder becomes read-only", protect_folder, ENDED, "Make the folder writable again"),
    Fault("disks", "the disk is mounted read-only", mount_read_only, RESUMED, "can be read here, but not changed",
          needs_mounts=True),
    Fault("disks", "the newest checkpoint is cut off, or has a wrong bit", damage_checkpoint, RESUMED,
          r"the checkpoint of step [\d, ]+ is damaged", weight=5),
    Fault("disks", "the newest snapshot is cut off, or has a wrong bit", damage_snapshot,
          "whoever looks at the step: the page", "images of step .* are damaged", weight=3),
    Fault("disks", "another process locks `run.db` for seconds", lock_briefly, SHOWN, QUIET),
    Fault("disks", "another process locks `run.db` for over 30 s", lock_long, ENDED, LOCKED, weight=1),
    Fault("disks", "a slow disk: each flush takes 1 to 3 s", slow_down, SHOWN,
          "% of it for the ledger, snapshots and checkpoints"),
]  # fmt: skip
