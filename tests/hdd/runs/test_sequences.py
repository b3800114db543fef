"""Any sequence of requests, rewinds, forks, stops and kills leaves a run that is made again bit for bit.

`make test` tries the same few sequences each time, within a minute. By hand, 200 that are new each time:

    HDD_SEQUENCES=200 python -m pytest tests/hdd/runs/test_sequences.py
"""

import itertools
import os
import queue
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hdd.errors import DivergedError, HDDError
from hdd.runs import engine as engine_module
from hdd.runs import history
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.runs.tensors import TensorSeries
from hdd.settings import initial_settings

SEQUENCES = int(os.environ.get("HDD_SEQUENCES", "0"))
SECONDS = 60
STEPS = 40

WRITES = [
    *(
        (Run, name)
        for name in ("decide", "write_mask", "write_metrics", "write_status", "write_event", "forget_after", "request")
    ),
    *((TensorSeries, name) for name in ("write", "drop")),
]
"""What an engine does to its directory: it can be killed before each of them."""

EDITS = st.one_of(
    st.fixed_dictionaries({"curvature": st.sampled_from([-0.5, -4.0, -9.0])}),
    st.fixed_dictionaries({"weight": st.sampled_from([1.0, 5.0])}),
    st.fixed_dictionaries({"image_lr": st.sampled_from([0.1, 0.5])}),
    st.fixed_dictionaries({"momentum": st.sampled_from([0.0, 0.9])}),
    st.fixed_dictionaries({"feature_scale": st.sampled_from(["auto", 0.5])}),
    st.fixed_dictionaries({"feature_centre": st.sampled_from(["none", "mean"])}),
    st.fixed_dictionaries({"target_radius": st.sampled_from([1.0, 3.0])}),
    st.fixed_dictionaries({"pruning_rate": st.sampled_from([0.0, 0.5])}),
    st.fixed_dictionaries(
        {
            "distilled_pruning_rate": st.sampled_from([0.0, 0.4, 0.7]),
            "distilled_pruning_score": st.sampled_from(["centroid", "random"]),
        }
    ),
    st.fixed_dictionaries({"objective": st.sampled_from(["hdd", "dm"])}),
    st.fixed_dictionaries({"clamp": st.sampled_from([None, 1.0]), "real_batch": st.sampled_from([3, 5])}),
    st.fixed_dictionaries({"plateau_below": st.sampled_from([None, 100.0]), "rule_window": st.just(2)}),
    st.fixed_dictionaries({"steps": st.sampled_from([STEPS, STEPS + 5])}),
)


class Killed(BaseException):
    """Stands for the end of a process: nothing but a lock is given back."""


def let_go(run):
    """What lets an engine go that a rule has paused."""
    return lambda why: run.command("go")


class Going:
    """An engine in a thread that moves only while it is let: from one step, or one look while it waits, to the next."""

    def __init__(self, run, data, **options):
        self._run, self._data, self._options = run, data, options
        self._let, self._stands = queue.Queue(), queue.Queue()
        self._writes_left = None
        self.ended = False
        self.error = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self._look()

    def _work(self):
        try:
            self._wait()
            resume(
                self._run, data=self._data, on_step=lambda _: self._wait(), on_wait=let_go(self._run), **self._options
            )
        except Killed:
            pass
        except BaseException as error:
            self.error = error
        self._stands.put("ended")

    def _wait(self):
        self._stands.put("waits")
        if self._let.get(timeout=SECONDS) == "die":
            raise Killed

    def _look(self):
        self.ended = self._stands.get(timeout=SECONDS) == "ended"
        if self.ended:
            self._thread.join()

    def go(self):
        """Lets it make a step, or look once while it waits."""
        self._let.put("go")
        self._look()

    def kill(self, after_writes=None):
        """Ends it where it stands, or on its way: before the write that comes after so many."""
        if after_writes is None:
            self._let.put("die")
        else:
            self._writes_left = after_writes
            self._let.put("go")
        self._look()

    def in_pause(self):
        """Called when the engine waits."""
        if threading.current_thread() is self._thread:
            self._wait()

    def before_a_write(self):
        """Called before each write of any engine."""
        if threading.current_thread() is self._thread and self._writes_left is not None:
            self._writes_left -= 1
            if self._writes_left < 0:
                raise Killed


class Sequences(RuleBasedStateMachine):
    """One run at a time: a fork is gone on with, and what it was made from is looked at in the end."""

    data = None

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.names = (Path(self.folder.name, f"{number:03d}") for number in itertools.count())
        self.left = []
        self.engine = None

    @initialize(edits=st.dictionaries(st.integers(0, 12), EDITS, max_size=2), every=st.sampled_from([1, 3, 10]))
    def begin(self, edits, every):
        chosen = initial_settings(
            ipc=3, network_width=4, network_depth=1, real_batch=4, threads=1, steps=STEPS, snapshot_every=every,
            device="cpu", augmentation="flip",
        )  # fmt: skip
        self.run = create(next(self.names), chosen, self.data, edits)

    def start(self, **options):
        self.engine = Going(Run(self.run.path), self.data, **options)
        ENGINES[:] = [self.engine]
        self.look()

    def look(self):
        """Takes note of an engine that has ended."""
        if self.engine.ended:
            error, self.engine = self.engine.error, None
            assert error is None or isinstance(error, DivergedError) or "is finished" in str(error), error

    def move(self, moves):
        while self.engine is not None and moves:
            self.engine.go()
            self.look()
            moves -= 1

    @rule(moves=st.integers(1, 8))
    def step(self, moves):
        if self.engine is None:
            self.start()
        self.move(moves)

    @rule(until=st.integers(1, 8))
    def go_to_a_step(self, until):
        if self.engine is None:
            self.start(until=self.run.step + until)
            self.move(3 * STEPS)
            assert self.engine is None

    @rule(changes=EDITS, later=st.one_of(st.none(), st.integers(0, 6)))
    def steer(self, changes, later):
        with suppress(HDDError):
            self.run.steer(at=None if later is None else self.run.step + later, **changes)

    @precondition(lambda self: self.engine is not None)
    @rule(name=st.sampled_from(["pause", "go"]))
    def command(self, name):
        self.ask(name)

    @precondition(lambda self: self.engine is not None and self.run.step > 5)
    @rule()
    def stop(self):
        self.ask("stop")

    @precondition(lambda self: self.engine is not None)
    @rule(steps=st.integers(1, 4))
    def command_steps(self, steps):
        self.ask("step", steps)

    @rule(back=st.integers(0, 8))
    def rewind(self, back):
        history.rewind(self.run, max(0, self.run.step - back))

    @precondition(lambda self: self.engine is not None)
    @rule(back=st.integers(0, 4), moves=st.integers(1, 12))
    def rewind_and_go(self, back, moves):
        self.ask("rewind", max(0, self.run.step - back))
        self.ask("go")
        self.move(moves)

    def ask(self, name, value=None):
        with suppress(HDDError):
            self.run.command(name, value)

    @precondition(lambda self: self.engine is not None)
    @rule(after_writes=st.one_of(st.none(), st.integers(0, 12)))
    def kill(self, after_writes):
        self.engine.kill(after_writes)
        self.look()

    @precondition(lambda self: len(self.left) < 2)
    @rule(back=st.integers(0, 5), edits=st.one_of(st.just({}), EDITS))
    def fork(self, back, edits):
        step = max(0, self.run.step - back)
        try:
            child = history.fork(self.run, step, next(self.names), edits)
        except HDDError:
            return
        if self.engine is not None:
            self.engine.kill()
            self.engine = None
        self.left.append(self.run)
        self.run = child

    def teardown(self):
        try:
            if self.engine is not None:
                self.engine.kill()
                self.engine = None
            if hasattr(self, "run"):
                for run in [*self.left, self.run]:
                    self.check(run)
        finally:
            ENGINES.clear()
            self.folder.cleanup()

    def check(self, run):
        """What was recorded is made again bit for bit, by the ledger and by an engine that goes on with the run."""
        made = run.step
        again = history.copy_ledger(run, next(self.names))
        if made:
            resume(again, until=made, data=self.data)
        assert not any(edit.name == "pause" for edit in again.edits())
        for each in (run, again):
            assert [record.step for record in each.metrics()] == list(range(1, made + 1))
        assert history.first_difference(run, again) is None
        if run.status().state != "finished":
            resume(run, until=made + 2, data=self.data, on_wait=let_go(run))
        assert [record.step for record in run.metrics()] == list(range(1, run.step + 1))
        assert history.first_difference(run, again) is None


ENGINES = []
"""The engine that moves now, if any."""


@pytest.fixture
def watched_engines(monkeypatch, toy_dataset):
    """Engines in threads are told of their waits and writes."""
    Sequences.data = toy_dataset()
    monkeypatch.setattr(engine_module, "PAUSE_POLL_SECONDS", 0)
    monkeypatch.setattr(engine_module, "EDIT_CHECKPOINT_SECONDS", 0)
    monkeypatch.setattr(engine_module, "save_pictures", lambda run: None)
    wait = engine_module.Engine._wait

    def waiting(self):
        for engine in ENGINES:
            engine.in_pause()
        wait(self)

    monkeypatch.setattr(engine_module.Engine, "_wait", waiting)
    for owner, name in WRITES:
        monkeypatch.setattr(owner, name, told_of(getattr(owner, name)))


def told_of(write):
    """A write that running engines are told of first."""

    def writing(*args, **kwargs):
        for engine in ENGINES:
            engine.before_a_write()
        return write(*args, **kwargs)

    return writing


def test_any_sequence_is_made_again_bit_for_bit(watched_engines):
    chosen = settings(
        max_examples=SEQUENCES or 15,
        derandomize=not SEQUENCES,
        stateful_step_count=20,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Sequences, settings=chosen)
