"""The curves in a browser: zooming, clicking, smoothing, and runs over one another."""

import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

from hdd.runs.run import Run

STEPS = "plot => [plot.x_range.start, plot.x_range.end]"


def lines(tab, name):
    """The data of the lines of other runs in a figure."""
    return next((each for each in tab.figure(name) or [] if "dash" in each), {"name": []})


@pytest.mark.slow
def test_a_zoom_is_undone_by_a_button_and_then_the_run_is_followed(open_tab, make_run, script, root):
    script(rate=20)
    make_run("run", steps=100, of=100_000)
    tab = open_tab()
    tab.until(lambda: tab.figure("radius") and tab.ask("radius", STEPS) == [0, 102])
    tab.sees("Optimisation")
    reset = tab.page.get_by_role("button", name="Undo zooming")
    expect(reset).to_be_disabled(timeout=TIMEOUT)
    tab.page.mouse.move(*tab.edges("radius")(50, 0.1))
    tab.page.mouse.wheel(0, -400)
    expect(reset).to_be_enabled(timeout=TIMEOUT)
    start, end = tab.until(lambda: tab.ask("radius", STEPS))
    assert 0 < start < 50 < end < 100
    # The run goes on, and the figures stay where they are.
    tab.button("Resume from step 100").click()
    tab.until(lambda: Run(root / "run").step > 115)
    assert tab.ask("percent", STEPS) == tab.ask("radius", STEPS)
    assert tab.ask("radius", STEPS)[1] < 100
    reset.click()
    tab.until(lambda: tab.ask("radius", STEPS)[0] == 0 and tab.ask("radius", STEPS)[1] > 115)
    followed = tab.ask("radius", STEPS)[1]
    tab.until(lambda: tab.ask("radius", STEPS)[1] > followed)


def test_a_click_on_a_curve_shows_its_step(open_tab, make_run):
    make_run("run", steps=100)
    tab = open_tab()
    tab.until(lambda: tab.figure("radius") and tab.ask("radius", STEPS) == [0, 102])
    for name in ("loss", "√|K|·radius", "share (%)"):
        picture = tab.page.get_by_role("img", name=f"Curves of {name} over the steps. Step 100: loss")
        expect(picture).to_have_count(1, timeout=TIMEOUT)
    tab.sees("Optimisation")
    total = next(each for each in tab.figure("loss linear") if each.get("loss"))
    tab.page.mouse.click(*tab.edges("loss linear")(60, total["loss"][59]))
    tab.sees("Looking back at step 60 of 100")
    tab.page.wait_for_url("**step=60")


def test_other_runs_lie_over_all_curves_and_a_legend_tells_them_apart(open_tab, make_run, root):
    make_run("<i>other", steps=50)
    run = make_run("going", steps=30, of=60)
    make_run("run", steps=100)
    tab = open_tab()
    tab.sees("Optimisation")
    tab.open_curve_options()
    tab.page.get_by_role("combobox", name="Overlay runs").click()
    for name in ("<i>other", "going"):
        tab.page.get_by_text(name, exact=True).last.click()
        tab.until(lambda name=name: name in lines(tab, "loss linear")["name"])
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Escape")
    tab.until(lambda: len(lines(tab, "radius")["name"]) == 4)
    assert lines(tab, "percent")["name"] == ["<i>other: clamped", "going: clamped"]
    assert lines(tab, "percent")["dash"] == ["dashed", "dotted"]
    for name in ("run", "<i>other", "going"):
        tab.sees(name, exact=True)
    # What is recorded of another run meanwhile is drawn too.
    run.write_evaluation(30, {"name": "quick"}, [0.5, 0.75])
    tab.until(lambda: any(each.get("mean") == [62.5] for each in tab.figure("percent")))

    raw = next(each for each in tab.figure("loss linear") if each.get("loss"))
    tab.open_curve_options()
    slider = tab.slider("Smoothing")
    for _ in range(5):
        slider.press("PageUp")
    tab.until(lambda: next(each for each in tab.figure("loss linear") if each.get("loss"))["smooth"] != raw["smooth"])
    assert next(each for each in tab.figure("loss linear") if each.get("loss"))["loss"] == raw["loss"]
