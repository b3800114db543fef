"""Rules by which a run pauses itself."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdd.published import distance
from hdd.records import StepRecord
from hdd.runs import history
from hdd.runs.resume import resume
from hdd.runs.rules import BY, RULES, RuleWatch
from hdd.runs.start import create
from hdd.settings import Settings, initial_settings


def test_all_rules_are_off_at_first():
    assert all(getattr(Settings(), rule.knob) is None for rule in RULES.values())


@pytest.mark.parametrize(
    ("rule", "before", "last", "limit", "finds"),
    [
        ("plateau", 10.0, 9.0, 10.0, False),
        ("plateau", 10.0, 9.1, 10.0, True),
        ("plateau", 10.0, 12.0, 1.0, True),
        ("plateau", -1.0, -1.2, 10.0, False),
        ("plateau", 0.0, 0.0, 1.0, False),
        ("divergence", 2.0, 4.0, 2.0, False),
        ("divergence", 2.0, 4.1, 2.0, True),
        ("divergence", -2.0, -1.0, 2.0, False),
        ("divergence", -2.0, 0.1, 2.0, True),
        ("clamped", 0.0, 0.5, 0.5, False),
        ("clamped", 0.0, 0.51, 0.5, True),
        ("clamped", 0.0, 1.0, 1.0, False),
        ("clamped", 0.0, math.nan, 0.0, False),
    ],
)
def test_what_a_rule_finds(rule, before, last, limit, finds):
    assert (RULES[rule].finds(before, last, limit) is not None) is finds


class Recorded:
    """A run with recorded losses, and with the pauses that rules have made in it."""

    def __init__(self, losses, settings):
        self.settings, self.step, self._losses, self._paused = settings, 0, losses, []

    def pause(self, rule):
        self._paused.append(SimpleNamespace(who=f"{BY}{rule}", applied_at=self.step))

    def edits(self, status):
        return self._paused

    def steered(self):
        return []

    def meta(self, key):
        return None

    def record(self, step):
        return StepRecord(step, self._losses[step - 1], 1.0, 0.1, np.zeros((2, 1), np.float32), ("loss",))

    def metrics(self, after):
        return [self.record(step) for step in range(after + 1, self.step + 1)]


@given(
    losses=st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=40),
    window=st.integers(1, 5),
    percent=st.sampled_from([0.5, 20.0, 100.0]),
    factor=st.sampled_from([1.5, 3.0]),
)
def test_what_rules_find_depends_on_nothing_but_recorded_steps(losses, window, percent, factor):
    chosen = Settings(rule_window=window, plateau_below=percent, divergence_above=factor)
    run = Recorded(losses, chosen)
    told, since = RuleWatch(run), 0
    for run.step in range(1, len(losses) + 1):
        told.add(run.record(run.step))
        found = told.look(chosen)
        assert RuleWatch(run).look(chosen) == found, "an engine that has just started finds the same"
        before, last = (losses[since:][end - window : end] for end in (run.step - since - window, run.step - since))
        expected = []
        if run.step - since >= 2 * window:
            less, most = sum(before) / window, sum(last) / window
            expected = [
                *(["plateau"] if less - most < percent / 100 * abs(less) else []),
                *(["divergence"] if most - less > (factor - 1) * abs(less) else []),
            ]
        assert [*found] == expected
        for rule in found:
            run.pause(rule)
            since = run.step


@pytest.fixture
def paused_run(toy_dataset, tmp_path):
    """A run that a rule pauses after every 6 steps, and the function that makes its next steps."""
    data = toy_dataset()
    chosen = initial_settings(
        ipc=1, network_width=4, network_depth=1, real_batch=4, threads=1, steps=20, device="cpu", augmentation="flip",
        rule_window=3, plateau_below=100.0,
    )  # fmt: skip

    def go_on(run, until=None):
        def let_it_go(why):
            assert (run.status().state, run.status().message) == ("paused", why)
            assert run.step in run.checkpoints.steps() and run.step in run.snapshots.steps()
            run.command("go", who="a test")

        return resume(run, until=until, data=data, on_wait=let_it_go)

    return create(tmp_path / "run", chosen, data), go_on


def pauses(run):
    return [edit.step for edit in run.edits("applied") if edit.name == "pause"]


def test_a_rule_pauses_the_run_by_an_edit_that_says_why(paused_run):
    run, go_on = paused_run
    go_on(run)
    assert run.status().state == "finished" and pauses(run) == [6, 12, 18]
    first = next(edit for edit in run.edits() if edit.name == "pause")
    losses = [record.loss for record in run.metrics(until=6)]
    before, last = np.mean(losses[:3]), np.mean(losses[3:])
    assert (first.who, first.value, first.status) == ("rule: plateau", None, "applied")
    assert first.note == f"in 3 steps, the mean loss went from {before:.4g} to {last:.4g}, which is not 100 % less"


def test_a_run_is_paused_at_the_same_steps_whatever_happens_to_it(paused_run):
    run, go_on = paused_run
    for until in (5, 6, 8, 12):
        go_on(run, until)
    assert pauses(run) == [6, 12]
    history.rewind(run, 9)
    go_on(run, 13)
    fork = history.fork(run, 7, run.path.with_name("fork"))
    go_on(fork, 13)
    assert pauses(run) == pauses(fork) == [6, 12]
    history.rewind(run, 5)
    run.steer(rule_window=2)
    go_on(run, 14)
    assert pauses(run) == [9, 13], "they look anew after a knob was steered"
    run.steer(plateau_below=None)
    go_on(run)
    assert pauses(run) == [9, 13]


def test_a_replay_is_not_paused_where_the_run_has_gone_on(paused_run):
    run, go_on = paused_run
    go_on(run, 13)
    again = history.copy_ledger(run, run.path.with_name("again"))
    go_on(again, 13)
    assert pauses(again) == [] and history.first_difference(run, again) is None
    go_on(again)
    assert pauses(again) == [14], "what it makes beyond the run, nobody has judged"
    quiet = history.fork(run, 0, run.path.with_name("quiet"), {"plateau_below": None})
    go_on(quiet, 13)
    assert history.first_difference(run, quiet) is None, "pauses change no bit"


def test_rules_do_not_matter_to_published_rows():
    chosen = initial_settings(preset="dm-cifar10-ipc1", plateau_below=1.0, rule_window=9)
    found = distance(chosen, [], {"step": 5, "protocol": {"augmentation": "flip"}, "accuracies": [0.25]})
    assert found is not None and found.preset == "dm-cifar10-ipc1"
