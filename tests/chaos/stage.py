"""A run that things happen to, with its engine, and what people are told of them."""

import contextlib
import io
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
from read_only import AS_ANYBODY
from waiting import wait_until

from hdd.cli.look import runs_show
from hdd.data import load
from hdd.errors import HDDError
from hdd.runs.history import first_difference
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import initial_settings

ROOT = Path(__file__).parent.parent.parent
SHIM = Path(__file__).parent / "shim"
STEPS = 2400
FAR_ON = STEPS * 3 // 4
"""From this step on, the next fault comes to a new run."""

SETTINGS = {"ipc": 2, "network_width": 8, "real_batch": 16, "steps": STEPS, "threads": 1, "snapshot_every": 5}
VALUES = (
    {"curvature": -4.0}, {"image_lr": 0.5}, {"pruning_rate": 0.5}, {"feature_scale": "auto"}, {"centroid": "karcher"},
    {"momentum": 0.9}, {"curvature": -1.0}, {"objective": "mean"}, {"pruning_rate": 0.0}, {"objective": "hdd"},
    {"centroid": "closed"}, {"momentum": 0.5}, {"image_lr": 1.0}, {"augmentation": "flip_scale"},
)  # fmt: skip
EDITS = {step: VALUES[number % len(VALUES)] for number, step in enumerate(range(20, STEPS, 40))}
"""Steering changes what the later steps depend on, and an engine writes a checkpoint before an edit."""

PATIENCE = 180.0
PRINTING = threading.Lock()
"""Only one thread at a time can catch what is printed."""


def make_run(path):
    return create(path, initial_settings(**SETTINGS), load("digits"), EDITS)


class Stage:
    """A folder of runs; the newest of them is the one that things happen to.

    Args:
        folder: where the runs are made; a disk of its own, where mounting is permitted.
        scratch: a folder for everything else.
        reference: a run with the same settings and edits that nothing disturbs.
    """

    def __init__(self, folder, scratch, reference):
        self.folder, self.scratch, self.reference = folder, scratch, reference
        self.clock, self.flush = scratch / "clock", scratch / "flush"
        self.calm()
        self._process = None
        self._made = 0
        self.run = None
        self.new_run()

    # The run and its engine

    def new_run(self):
        """Ends the engine, and makes the run that comes next."""
        self.kill()
        if self.run is not None:
            self.run.close()
            shutil.rmtree(self.run.path)
        self._made += 1
        self.run = make_run(self.folder / f"run-{self._made}")

    @property
    def path(self):
        return self.run.path

    def calm(self):
        """The clock is right, and the disk is quick."""
        self.clock.write_text("0")
        self.flush.write_text("0")

    def start(self):
        """Starts an engine."""
        path = os.pathsep.join([str(SHIM), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        chaos = {"CHAOS_CLOCK": str(self.clock), "CHAOS_FLUSH": str(self.flush), "TZ": "Europe/Berlin"}
        chaos |= {"HDD_CACHE_DIR": str(self.scratch / "cache")}
        self._process = subprocess.Popen(
            [
                *AS_ANYBODY,
                sys.executable,
                "-m",
                "hdd",
                "resume",
                str(self.path),
                "--by=chaos",
            ],  # a page may be in control
            env={**os.environ, "PYTHONPATH": path, **chaos},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._printed = bytearray()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, self._printed), daemon=True)
        self._reader.start()

    @staticmethod
    def _read(output, printed):
        # A file would be subject to the limits that an engine gets.
        with output:
            while found := output.read1():
                printed += found

    def goes(self):
        """Sees to it that an engine makes steps."""
        if not self.run.engine_alive():
            self.start()
        self.comes_on()

    def comes_on(self, steps=2):
        """Waits until the run has made some steps more; an engine that ends before is an error."""
        before = self.run.step

        def come():
            assert self._process is None or self._process.poll() is None or self.run.engine_alive(), self.said()
            return self.run.step >= before + steps

        wait_until(come, PATIENCE)

    @property
    def engine(self):
        """The process of the engine that wrote last, or the one that was started last."""
        status = self.run.status()
        if status.state.is_alive:
            return psutil.Process(status.pid)
        return psutil.Process(self._process.pid)

    def kill(self):
        """kill -9."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self.run is not None and self.run.engine_alive():
            os.kill(self.run.status().pid, signal.SIGKILL)
            wait_until(lambda: not self.run.engine_alive(), PATIENCE)

    @contextlib.contextmanager
    def hanging(self):
        """Within this context, the process of the engine stands still (SIGSTOP)."""
        engine = self.engine
        engine.suspend()
        try:
            yield
        finally:
            engine.resume()

    def stop(self):
        """SIGTERM, and waits for the end."""
        self.engine.send_signal(signal.SIGTERM)
        self.ends()

    def ends(self):
        """Waits until the engine has ended by itself."""
        wait_until(lambda: not self.run.engine_alive(), PATIENCE)
        if self._process is not None:
            self._process.wait(PATIENCE)
            self._reader.join(PATIENCE)

    def open(self):
        """Opens the run again."""
        self.run = Run(self.run.path)

    # What people are told

    def said(self):
        """What the engine that was started last has printed."""
        return self._printed.decode(errors="replace")

    def shown(self):
        """What `hdd runs show` prints, or its error."""
        out = io.StringIO()
        try:
            with PRINTING, contextlib.redirect_stdout(out):
                runs_show(self.path)
        except (HDDError, OSError, sqlite3.Error) as error:
            return f"{out.getvalue()}\nerror: {error}"
        return out.getvalue()

    def wait_for_words(self, pattern, look):
        """What `look` gives once it contains the pattern, or in the end without."""
        deadline = time.monotonic() + PATIENCE / 3
        while not re.search(pattern, found := look()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return found

    # Afterwards

    def recover(self):
        """Goes on as people are told to: a run without an engine is resumed. Returns once it makes steps again."""
        self.calm()
        if not self.run.engine_alive():
            self.start()
        self.comes_on(1)

    def wrong(self):
        """What is not as in the undisturbed run, "" if everything is."""
        if not (found := self._difference()):
            return ""
        # A checkpoint may have been dropped while it was compared.
        self.stop()
        return self._difference() and found

    def _difference(self):
        step = self.run.step
        steps = [record.step for record in self.run.metrics(until=step)]
        if steps != [*range(1, step + 1)]:
            return f"records of {len(steps)} of {step} steps"
        applied = [(edit.step, {edit.name: edit.value}) for edit in self.run.steered() if edit.step < step]
        if applied != [(at, edit) for at, edit in EDITS.items() if at < step]:
            return f"other edits than were asked for: {applied}"
        wait_until(lambda: self.reference.step > step, 10 * PATIENCE)
        different = first_difference(self.run, self.reference)
        return "" if different is None else f"different bits from step {different} on"

    def close(self):
        self.kill()
        self.run.close()
