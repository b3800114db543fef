"""A run that goes on with other instructions of the processor, as on another machine."""

import os
import subprocess
import sys

import pytest
import torch

from hdd.runs.history import fork, rewind
from hdd.runs.resume import resume
from hdd.runs.run import Run

pytestmark = pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() == "DEFAULT", reason="the processor has only the plainest instructions"
)


def hdd(*arguments, elsewhere=False, code=0):
    """The `hdd` command, here or with the plainest instructions only."""
    environment = {**os.environ, **({"ATEN_CPU_CAPABILITY": "default"} if elsewhere else {})}
    command = [sys.executable, "-m", "hdd", *map(str, arguments)]
    told = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert told.returncode == code, told.stderr
    return told


@pytest.fixture
def run(make_run, digits):
    return resume(make_run(steps=8), data=digits)


def facts(run, step):
    (found,) = [each.facts for each in run.stretches() if each.after < step][-1:]
    return found


def test_what_steps_are_computed_on_is_recorded(run):
    (stretch,) = run.stretches()
    assert stretch.after == 0
    assert stretch.facts["instructions"] == torch.backends.cpu.get_cpu_capability()
    assert (stretch.facts["torch"], stretch.facts["threads"], stretch.facts["device"]) == (
        torch.__version__,
        "1",
        "cpu",
    )


def test_a_resume_elsewhere_warns_and_a_replay_says_where_and_why_it_differs(run, tmp_path):
    here = torch.backends.cpu.get_cpu_capability()
    rewind(run, 5)
    told = " ".join(hdd("resume", run.path, elsewhere=True).stderr.split())
    assert f"instructions: {here} there, DEFAULT here" in told and "made again here" in told
    run = Run(run.path)
    assert any(event["text"].startswith("warning: The run was computed elsewhere") for event in run.events())
    assert facts(run, 8)["instructions"] == "DEFAULT"
    (again,) = [each.after for each in run.stretches() if each.facts["instructions"] == "DEFAULT"]
    told = hdd("replay", run.path, "--out", tmp_path / "again", code=1).stdout
    assert f"from step {again + 1} on" in told or f"from step {again + 2} on" in told
    assert (
        f"Steps {again + 1} to 8 of the run were computed elsewhere (instructions: DEFAULT there, {here} here)." in told
    )


def test_the_same_machine_is_no_news(run, digits):
    warnings = []
    rewind(run, 5)
    resume(run, data=digits, on_warning=warnings.append)
    assert warnings == [] and len(run.stretches()) == 1


def test_a_fork_takes_over_on_what_its_steps_were_computed(run, tmp_path):
    rewind(run, 6)
    hdd("resume", run.path, elsewhere=True)
    run = Run(run.path)
    (start,) = [each.after for each in run.stretches() if each.facts["instructions"] == "DEFAULT"]
    for step, count in ((start, 1), (8, 2)):
        assert len(fork(run, step, tmp_path / f"fork {step}").stretches()) == (count if step else 0)
    rewind(run, start)
    assert {each.facts["instructions"] for each in run.stretches()} <= {torch.backends.cpu.get_cpu_capability()}
