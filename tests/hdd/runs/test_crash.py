import os
import random
import signal
import time

import numpy as np
import pytest
from waiting import wait_until

from hdd import api
from hdd.runs.history import first_difference
from hdd.runs.run import Run

STEPS = 400
EDITS = {
    40: {"curvature": -4.0},
    80: {"pruning_rate": 0.5},
    120: {"feature_scale": "auto", "target_radius": 3.0},
    160: {"centroid": "karcher"},
    170: {"centroid": "closed"},
    200: {"image_lr": 0.5},
    240: {"objective": "mean"},
    280: {"objective": "hdd", "momentum": 0.9},
    320: {"pruning_rate": 0.0},
    360: {"augmentation": "flip_scale", "clamp": 2.5},
}


def kill_at_random_moments(make_run, engine_process, kills, seed):
    """Advances a run through `kills` kill -9, each somewhere between start-up and the end; returns it, finished."""
    moments = random.Random(seed)
    run = make_run("killed", at=EDITS, steps=STEPS)
    for _ in range(kills):
        process = engine_process(run)
        before = run.step
        # Half of the kills come while it loads, catches up or writes its first step; the others some way on.
        if moments.random() < 0.5:
            wait_until(lambda: run.status().pid == process.pid or process.poll() is not None)  # noqa: B023
        else:
            wait_until(lambda: run.step > before or process.poll() is not None)  # noqa: B023
        time.sleep(moments.random() * 0.4)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert run.step < STEPS, "the run was too short for so many kills"
        Run(run.path).close()
    assert engine_process(run).wait(timeout=300) == 0
    assert run.status().state == "finished"
    return run


def assert_same_bits_as_undisturbed(run, tmp_path):
    again, difference = api.replay(run, tmp_path / "undisturbed")
    assert difference is None
    assert first_difference(run, again) is None
    assert [record.step for record in run.metrics()] == list(range(1, STEPS + 1))
    assert [e.step for e in run.edits("applied")] == sorted(step for step, edit in EDITS.items() for _ in edit)
    np.testing.assert_array_equal(run.images(STEPS), again.images(STEPS))


def test_three_kills_lose_nothing(make_run, engine_process, tmp_path):
    run = kill_at_random_moments(make_run, engine_process, kills=3, seed=1)
    assert_same_bits_as_undisturbed(run, tmp_path)


@pytest.mark.slow
def test_fifty_kills_lose_nothing(make_run, engine_process, tmp_path):
    run = kill_at_random_moments(make_run, engine_process, kills=50, seed=2)
    assert_same_bits_as_undisturbed(run, tmp_path)
