"""Each make target that the pages name says a command of its own; none is defined twice."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMANDS = {
    "workbench": "panel serve workbench/app.py",
    "test": '-m pytest -n 2 --dist worksteal -m "browser and not slow"',
    "test-all": "-m pytest -m browser",
    "docs": "sphinx --quiet --fail-on-warning",
    "bench": "hdd bench",
    "bench-ui": "benchmarks/ui.py",
    "fuzz": "tests/hdd/sets/formats/fuzz.py",
    "chaos": "-m chaos --events 200 --seed 0",
    "clean": "rm -rf .venv",
}


def test_the_targets_are_those_that_are_tried_here():
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets is not None
    assert targets[1].split() == list(COMMANDS)


@pytest.mark.parametrize(("target", "command"), COMMANDS.items())
def test_a_target_runs_its_command(target, command):
    made = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert command in made.stdout
    assert made.stderr == ""
