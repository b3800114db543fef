import subprocess
import sys

import pytest

from hdd.runs.resume import resume
from hdd.runs.start import create
from hdd.settings import initial_settings

SMALL = {"ipc": 2, "network_width": 8, "real_batch": 16, "steps": 30, "threads": 1, "snapshot_every": 5}


@pytest.fixture
def make_run(tmp_path, digits):
    """Makes a small run on the digits; it has not gone yet."""

    def make(name="run", at=None, **changes):
        return create(tmp_path / name, initial_settings(**{**SMALL, **changes}), digits, at)

    return make


@pytest.fixture
def finished_run(make_run, digits):
    """A small run with two edits, advanced to its end."""
    run = make_run("finished", at={10: {"curvature": -4.0}, 20: {"image_lr": 0.5}})
    return resume(run, data=digits)


@pytest.fixture
def engine_process():
    """Starts `hdd resume RUN` in a process of its own; ended with the test."""
    started = []

    def start(run, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "hdd", "resume", str(run.path), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
