"""What another package brings is on the page: its knobs, its objective in the form, its tab."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

from hdd.settings import Settings, grouped

TOYS = Path(__file__).parent.parent.parent / "toys"


@pytest.mark.slow
def test_a_toy_objective_is_steered_and_a_toy_tab_is_shown(serve, new_tab, root):
    path = os.pathsep.join(filter(None, [str(TOYS), os.environ.get("PYTHONPATH", "")]))
    made = subprocess.run(
        [sys.executable, "-m", "hdd", "distill", "--objective=sharpened", "--network-width=4", "--real-batch=8",
         "--threads=1", "--ipc=2", "--steps=6", "--out", str(root / "toy")],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    _, address = serve("workbench/app.py", installed=[TOYS])
    tab = new_tab()
    tab.goto(address)
    tab.until(tab.wall)
    expect(tab.slider("Sharpness")).to_be_visible(timeout=TIMEOUT)
    # A knob of an objective that is not in force.
    expect(tab.slider("Weight λ")).to_be_hidden(timeout=TIMEOUT)
    # The groups of a method that is not in force.
    expect(tab.page.get_by_role("button", name="Pruning of the real images")).to_be_visible(timeout=TIMEOUT)
    assert "Network queue" in grouped(Settings.steerable())
    expect(tab.page.get_by_role("button", name="Network queue")).to_be_hidden(timeout=TIMEOUT)
    tab.page.get_by_role("tab", name="Brightness").click()
    tab.sees("Mean normalised pixel at step 6:")
