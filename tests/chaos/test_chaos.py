"""The short form of `make chaos`: a few faults of three kinds, in real processes."""

import os
import subprocess
import sys

from chaos.__main__ import FAULTS
from chaos.plan import plan
from chaos.stage import ROOT

SHORT = "checkpoint is cut|quota|by an hour"


def test_a_seed_gives_the_same_plan_with_every_fault_in_it():
    first, again, other = (plan(FAULTS, 100, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert {event.fault for event in first} == {*FAULTS}
    assert [event.random().random() for event in first] == [event.random().random() for event in again]
    assert len(plan(FAULTS, 3, 1)) == 3


def test_faults_lose_nothing_and_are_told_and_nothing_is_left_behind(tmp_path):
    count = sum(any(part in fault.name for part in SHORT.split("|")) for fault in FAULTS)
    made = subprocess.run(
        [sys.executable, "-m", "chaos", "--events", str(count), "--only", SHORT, "--no-page"],
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(map(str, [ROOT, *sys.path]))},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    assert f"| **all** | | **{count}** | **0** | **0** | **0** |" in made.stdout
    assert [*tmp_path.iterdir()] == []
