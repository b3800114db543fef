"""Servers of the page as users start them."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from serving import answers, free_port
from waiting import wait_until

HERE = Path(__file__).parent.parent


@pytest.fixture
def serve(root):
    """Starts `panel serve` on an app over `root`, with packages installed; gives the process and its address."""
    started = []

    def start(app, *options, installed=()):
        port = free_port()
        path = [*installed, HERE, *filter(None, [os.environ.get("PYTHONPATH")])]
        command = ["serve", str(app), "--address", "127.0.0.1", "--port", str(port), *options]
        process = subprocess.Popen(
            [sys.executable, "-m", "panel", *command],
            env={**os.environ, "HDD_RUNS": str(root), "PYTHONPATH": os.pathsep.join(map(str, path))},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process)
        address = f"http://127.0.0.1:{port}/{Path(app).stem}"
        wait_until(lambda: process.poll() is not None or answers(address), 120)
        assert process.poll() is None, "the server ended"
        return process, address

    yield start
    for process in started:
        # A server of several processes leaves the others behind when only the first is killed.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
