"""Recipes make a steered run again, bit for bit."""

import shlex
import subprocess
import sys

import pytest

from hdd.runs.history import first_difference
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.settings import initial_settings
from workbench.controls.recipe import as_command, as_python
from workbench.core.run_source import RunState

SMALL = {"ipc": 1, "network_width": 4, "real_batch": 8, "threads": 1, "snapshot_every": 1}


@pytest.fixture(scope="module")
def steered(digits, tmp_path_factory):
    """A run of 4 steps that was given 2 more, steered on its way, and rewound once."""
    edits = {
        1: {"curvature": -4.0, "clamp": 3.0, "augmentation": "crop_cutout"},
        2: {"pruning_rate": 0.5, "feature_scale": "auto"},
        3: {"objective": "mean", "image_lr": 0.25, "clamp": None},
    }
    settings = initial_settings(preset="released", steps=4, **SMALL)
    run = create(tmp_path_factory.mktemp("recipe") / "a run", settings, digits, edits)
    resume(run, until=3, data=digits)
    run.steer(steps=6, momentum=0.9)
    return resume(run, data=digits)


@pytest.fixture
def state(steered):
    return RunState(edits=tuple(steered.edits()), settings=steered.settings, step=steered.step)


@pytest.mark.parametrize("form", ["command", "python"])
def test_a_recipe_makes_a_steered_run_again_bit_for_bit(steered, state, tmp_path, form):
    out = tmp_path / "made again; $(x)"
    if form == "command":
        program, *words = shlex.split(as_command(steered.initial_settings, state, str(out)))
        assert program == "hdd"
        command = [sys.executable, "-m", "hdd", *words]
    else:
        command = [sys.executable, "-c", as_python(steered.initial_settings, state, str(out))]
    made = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert made.returncode == 0, made.stderr
    again = Run(out)
    assert again.step == steered.step == 6
    assert first_difference(steered, again) is None
    assert again.snapshots.steps() == steered.snapshots.steps()
    assert again.settings.values() == steered.settings.values()


def test_what_was_refused_or_rewound_is_no_part_of_a_recipe(make_run):
    run = make_run(steps=20, of=30)
    for value in (1.5, 2.5, 3.5, 4.5):
        run.steer(weight=value)
    for edit, status in zip(run.pending(), ("applied", "refused", "rewound"), strict=False):
        run.decide(edit, status, 7)
    text = as_command(run.initial_settings, RunState(edits=tuple(run.edits()), settings=run.settings), "again")
    assert [word for word in shlex.split(text) if ":" in word] == ["7:weight=1.5"]
    assert "--steps 30" in text
