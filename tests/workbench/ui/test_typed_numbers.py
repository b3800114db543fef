"""Numbers are typed, in the form for a new run and beside the sliders of the steering panel."""

import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

from hdd.runs.history import find_runs

CURVATURE = "Curvature K (1/length²)"


def typed(tab, name, text):
    field = tab.page.get_by_role("textbox", name=name, exact=True)
    expect(field).to_be_enabled(timeout=TIMEOUT)
    field.fill(text)
    field.press("Enter")
    return field


@pytest.mark.slow
def test_a_run_that_is_pruned_from_its_first_step_on_is_started_here(open_tab, root, script, tmp_path, monkeypatch):
    script(rate=50)
    for name in ("HDD_DATA_DIR", "HDD_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    tab = open_tab()
    tab.page.get_by_role("button", name="New run").click()
    tab.sees("10 classes of 16×16 grey images, 1,442 for training.")
    tab.button("Geometry").click()
    typed(tab, CURVATURE, "-4")
    expect(tab.slider(CURVATURE)).to_have_attribute("aria-valuetext", "-4", timeout=TIMEOUT)
    tab.button("Pruning of the real images").click()
    typed(tab, "Pruning rate (fraction)", "2")
    tab.sees("pruning_rate=2.0 is not allowed: give a number ≥ 0 and ≤ 0.95.")
    typed(tab, "Pruning rate (fraction)", "0.5")
    expect(tab.page.get_by_text("pruning_rate=2.0 is not allowed")).to_be_hidden(timeout=TIMEOUT)
    tab.choose("Data set", "mnist (needs download)")
    tab.sees("This has changed: Network width: 32 → 128; Real batch: 64 → 256.")
    tab.choose("Data set", "digits (bundled)")
    tab.page.get_by_role("textbox", name="Name of the run").fill("pruned")
    tab.button("Start this run").click()
    tab.sees("Running: step")
    (run,) = find_runs(root)
    made = run.initial_settings
    assert (run.path.name, made.curvature, made.pruning_rate) == ("pruned", -4, 0.5)


@pytest.mark.slow
def test_a_number_typed_beside_a_slider_is_applied_exactly(open_tab, make_run, script):
    script(rate=20)
    run = make_run("run", steps=5, of=100_000)
    tab = open_tab()
    tab.button("Resume from step 5").click()
    tab.sees("Running: step")
    typed(tab, CURVATURE, "-2.345")
    tab.sees("applied @ step")
    assert run.settings.curvature == -2.345
    expect(tab.slider(CURVATURE)).to_have_attribute("aria-valuetext", "-2.4", timeout=TIMEOUT)
    tab.slider(CURVATURE).press("End")
    field = tab.page.get_by_role("textbox", name=CURVATURE, exact=True)
    expect(field).to_have_value("-100", timeout=TIMEOUT)
    typed(tab, CURVATURE, "flat")
    tab.sees("refused: curvature='flat' is not allowed")
    expect(field).to_have_value("-100", timeout=TIMEOUT)
    tab.until(lambda: run.settings.curvature == -100)
