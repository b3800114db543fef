"""Other packages bring a method, an objective, a format and a tab, and no file of ours is touched.

`tests/toys` is such a package: one file for each, and a line for each in its entry points.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hdd.errors import HDDError
from hdd.runs.resume import resume
from hdd.runs.run import Run

TOYS = Path(__file__).parent / "toys"
SMALL = ["--network-width=4", "--real-batch=8", "--threads=1", "--ipc=2", "--snapshot-every=2"]


def hdd(*arguments, cwd=".", toys=TOYS, code=0):
    """Runs the command with the toys installed; gives what it printed."""
    path = os.pathsep.join(filter(None, [str(toys), os.environ.get("PYTHONPATH", "")]))
    told = subprocess.run(
        [sys.executable, "-m", "hdd", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert told.returncode == code, told.stderr
    assert "Traceback" not in told.stderr
    return told


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with runs by the toys."""
    folder = tmp_path_factory.mktemp("toys")
    hdd("distill", "--objective=sharpened", "--sharpness=3", "--at=3:sharpness=1.5", "--at=5:objective=hdd",
        "--steps=8", "--out=sharpened", *SMALL, cwd=folder)  # fmt: skip
    hdd("distill", "--method=drift", "--drift-rate=0.25", "--steps=8", "--at=4:drift_rate=0.5", "--out=drift", *SMALL,
        cwd=folder)  # fmt: skip
    return folder


def test_a_toy_objective_is_steered_and_replayed(folder, tmp_path):
    assert "bit-identical" in hdd("replay", "sharpened", "--out", str(tmp_path / "again"), cwd=folder).stdout
    run = Run(folder / "sharpened")
    losses = [record.loss for record in run.metrics()]
    assert len(losses) == 8 and losses[0] != losses[3] != losses[5]
    assert "sharpness → 1.5 (was 3): applied at step 3" in hdd("runs", "show", "sharpened", cwd=folder).stdout


def test_a_toy_method_is_steered_and_replayed(folder, tmp_path):
    assert "bit-identical" in hdd("replay", "drift", "--out", str(tmp_path / "again"), cwd=folder).stdout
    run = Run(folder / "drift")
    assert [record.columns for record in run.metrics()] == [("loss", "way")] * 8
    assert json.loads(hdd("evaluate", "drift", "--epochs=1", "--networks=1", "--json", cwd=folder).stdout)["step"] == 8


def test_a_toy_knob_is_a_flag_a_row_of_the_table_and_checked(folder):
    knobs = {each["name"]: each for each in json.loads(hdd("knobs", "--json").stdout)}
    assert knobs["sharpness"]["group"] == "Geometry" and knobs["drift_rate"]["default"] == 0.1
    assert "--sharpness" in hdd("distill", "--help").stdout
    assert "sharpness=9 is not allowed: give a number ≥ 1 and ≤ 8" in hdd("distill", "--sharpness=9", code=2).stderr


def test_toys_keep_the_rules():
    told = hdd("check", "drift", "sharpened").stdout.splitlines()
    assert [line.rpartition(",")[0] for line in told] == [
        "method drift keeps all rules",
        "objective sharpened keeps all rules",
    ]


def test_a_toy_format_is_written_and_read(folder, tmp_path):
    hdd("export", "drift", "--format=npz", "--out", str(tmp_path / "set.npz"), cwd=folder)
    code = f"from hdd import sets; print(sets.load({str(tmp_path / 'set.npz')!r}).counts)"
    path = os.pathsep.join(filter(None, [str(TOYS), os.environ.get("PYTHONPATH", "")]))
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert told.stdout == f"{(2,) * 10}\n", told.stderr


@pytest.mark.parametrize(
    ("name", "what"),
    [pytest.param("drift", "method 'drift'", marks=pytest.mark.slow), ("sharpened", "objective 'sharpened'")],
)
def test_a_run_whose_toy_is_not_installed_here_can_be_looked_at_but_not_advanced(folder, tmp_path, name, what):
    run = Run(folder / name)
    assert run.summary()["step"] == 8
    assert run.settings_at(2).recorded()["drift_rate" if name == "drift" else "sharpness"] in (0.25, 3)
    assert run.synthetic().counts == (2,) * 10
    # What it stands for where it was steered, with a knob that is not known here.
    assert len(run.steered()) == (1 if name == "drift" else 2)
    child = tmp_path / "child"
    hdd("fork", name, "--step=2", "--out", str(child), cwd=folder)
    hdd("rewind", str(child), "--step=2")
    with pytest.raises(
        HDDError, match=f"The {what} of .* is not installed here: install hdd-toys 1.0 to resume, rewind"
    ):
        resume(child)
    assert Run(child).step == 2


def test_an_addition_that_cannot_be_had_is_one_warning(tmp_path):
    about = tmp_path / "hdd_broken-0.1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hdd-broken\nVersion: 0.1\n")
    (about / "entry_points.txt").write_text(
        "[hdd.objectives]\nlost = no_such_module:Lost\nhdd = broken:Twice\nplain = broken:Plain\n"
        "taken = broken:Taken\n[hdd.methods]\nhalf = broken:Half\n"
    )
    (tmp_path / "broken.py").write_text(
        "from hdd.knobs import Number\nfrom hdd.methods import Method\nfrom hdd.objectives.mean import Mean\n"
        "class Twice(Mean):\n    'A second one.'\nclass Plain:\n    pass\nclass Half(Method):\n    'A half one.'\n"
        "class Taken(Mean):\n    'Takes a knob.'\n    steps = Number(1, label='Steps', group='G', doc='Steps.')\n"
    )
    told = hdd("knobs", toys=tmp_path)
    assert "curvature" in told.stdout
    warnings = sorted(
        line.partition(" of the package hdd-broken 0.1 is left out: ") for line in told.stderr.splitlines()
    )
    assert [(what, why) for what, _, why in warnings] == [
        ("The method 'half'", "it does not define __init__, check, load_state, state, steer, step"),
        ("The objective 'hdd'", "that name is in use"),
        ("The objective 'lost'", "ModuleNotFoundError: No module named 'no_such_module' (no_such_module)"),
        ("The objective 'plain'", "it is not a subclass of hdd.objectives.Objective"),
        ("The objective 'taken'", "hdd.runs.knobs.RunKnobs has a knob 'steps' already, so give this one another name"),
    ]
