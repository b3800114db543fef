"""A run as one tab shows and steers it."""

import numpy as np
import pytest
from playwright.sync_api import expect
from scripted import MEAN, STD, images, pixels
from tab import TIMEOUT

from hdd.runs.driver_lease import by
from hdd.runs.history import find_runs
from workbench.theme import tile


def sheet(step, **shape):
    """What the wall must show at a step."""
    picture = tile(pixels(step, **shape))
    return {"shape": list(picture.shape), "flat": picture.ravel().tolist()}


@pytest.mark.slow
def test_one_click_starts_a_run_whose_images_change_and_whose_curvature_can_be_dragged(open_tab, root):
    tab = open_tab()
    tab.button("Start the digits run").click()
    first = tab.until(tab.wall)
    tab.until(lambda: tab.wall() != first)
    tab.sees("10 classes × 10 images of 8×8 pixels")
    tab.sees("You are in control")
    (run,) = find_runs(root)
    assert run.initial_settings.values().items() >= {"dataset": "digits", "ipc": 10, "steps": 1000}.items()

    before = tab.until(tab.points)
    tab.steer("Curvature", "End")
    tab.sees("applied @ step")
    tab.until(lambda: max(tab.points()["radius"]) > 5 * max(before["radius"]))
    assert run.settings.curvature == -100
    assert [(edit.name, edit.old, edit.who) for edit in run.steered()] == [("curvature", -1, by("page"))]

    kept = max(tab.figure("disk")[2]["fill"])
    tab.steer("Pruning rate", "End")
    tab.until(lambda: tab.figure("disk")[2]["fill"].count(0) > 0)
    assert kept > 0
    assert run.settings.pruning_rate == 0.95
    assert all(each["step"] for each in tab.figure("loss linear") if "what" in each)


def test_every_pane_shows_the_step_that_is_scrubbed_to(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    tab.until(lambda: tab.wall() == sheet(40))
    tab.sees("Finished: step 40 of 40")
    tab.scrub("Home", "PageUp", "PageUp")
    tab.sees("Looking back at step 20 of 40")
    tab.until(lambda: tab.wall() == sheet(20))
    tab.sees("10 classes × 10 images of 8×8 pixels, step 20")
    tab.sees("Step 20: from ▢ to ★")
    tab.page.get_by_role("button", name="What does this view keep?").click()
    tab.sees("Step 20: 60 real and 100 synthetic points")
    tab.sees("only neighbourhoods are meaningful here")
    tab.page.keyboard.press("Escape")
    # Snapshots are kept in half precision.
    kept = images(20).astype(np.float16).astype(np.float32)
    bright = (kept * STD + MEAN).reshape(100, -1).mean(1)
    tab.until(lambda: np.allclose(tab.points()["radius"], 0.5 + bright))
    cursor = """plot => plot.center.filter((each) => each.type == "Span" && each.dimension == "height")
      .map((each) => [each.location, each.visible])"""
    tab.until(lambda: tab.ask("radius", cursor) == [[20, True]])
    # Between two kept steps the images are those of the nearest one before.
    tab.scrub("ArrowRight")
    tab.sees("images of step 20, the nearest kept step before it")
    tab.button("Live").click()
    tab.until(lambda: tab.wall() == sheet(40))
    tab.until(lambda: tab.ask("radius", cursor)[0][1] is False)


def test_keys_pause_and_look_back(open_tab, make_run, script):
    script(rate=5)
    run = make_run("run", steps=30, of=10_000)
    tab = open_tab()
    tab.button("Resume from step 30").click()
    tab.sees("Running: step")
    tab.press(" ")
    tab.sees("Paused: step")
    tab.press(" ")
    tab.sees("Running: step")
    tab.press(" ")
    tab.sees("Paused: step")
    step = run.step
    # What a tooltip lies over can be clicked.
    tab.page.get_by_role("button", name="Pause or resume").hover()
    tab.sees("Pause or resume (space)")
    tab.page.get_by_role("button", name="Run one step, then pause").click()
    tab.until(lambda: run.step == step + 1)
    tab.press("Home")
    tab.sees("Looking back at step 0 of")
    tab.press("ArrowRight")
    tab.sees("Looking back at step 10 of")
    tab.press("l")
    tab.sees("Live: step")


@pytest.mark.slow
def test_rewind_and_fork_start_from_the_step_that_is_looked_at(open_tab, make_run):
    run = make_run("done", steps=40)
    tab = open_tab()
    tab.sees("Finished: step 40 of 40")
    tab.scrub("Home", "PageUp")
    tab.sees("Looking back at step 10 of 40")
    tab.button("Fork from here").click()
    tab.sees("Forked at step 10")
    expect(tab.page.get_by_role("combobox", name="Run", exact=True)).to_contain_text("done-fork-10-1", timeout=TIMEOUT)
    tab.button("Resume from step 10").click()
    tab.sees("Finished: step 40 of 40")
    forked = find_runs(run.path.parent)[1]
    assert (forked.step, forked.meta("parent")["step"]) == (40, 10)

    tab.scrub("Home", "PageUp", "PageUp")
    tab.sees("Looking back at step 20 of 40")
    tab.button("Rewind to here").click()
    tab.sees("This deletes the 20 steps after it")
    tab.button("Rewind").click()
    tab.sees("Stopped: step 20 of 40")
    tab.until(lambda: tab.wall() == sheet(20))
    assert (forked.step, run.step) == (20, 40)


@pytest.mark.slow
def test_an_image_is_selected_on_the_wall_and_on_the_disk(open_tab, make_run):
    make_run("done", steps=20)
    tab = open_tab()
    points = tab.until(tab.points)
    tab.page.mouse.click(*tab.edges("wall")(3.5, 8.5))
    tab.sees("Inspector")
    tab.sees("digit 1")
    tab.sees("4 of 10")
    tab.sees("radius rank in class")
    tab.sees("Classes by features: digit 0, digit 1")
    tab.until(lambda: tab.marks() == [(3.5, 8.5)])
    tab.until(lambda: tab.selected_points() == [13])

    tab.page.mouse.click(*tab.edges("disk")(points["x"][87], points["y"][87]))
    tab.until(lambda: tab.marks() == [(7.5, 1.5)])
    tab.sees("digit 8")


def test_a_finished_run_is_evaluated_and_its_recipe_copied(open_tab, make_run):
    make_run("done", steps=20)
    tab = open_tab()
    tab.page.get_by_role("button", name="Quick evaluation").click()
    tab.sees("accuracy 62.5 ± 17.7 % at step 20")
    tab.sees("Quick evaluation, step 20: 62.5 ± 17.7 %")
    tab.sees("Expected time: quick about 30 min, full about 4.2 h.")
    accuracy = next(each for each in tab.figure("percent") if "mean" in each)
    assert (accuracy["step"], accuracy["mean"]) == ([20], [62.5])

    tab.button("Copy as command").click()
    text = tab.page.get_by_role("textbox", name="As a command")
    text.wait_for()
    assert text.input_value().startswith("hdd distill --dataset digits")
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.button("Copy").click()
    tab.until(lambda: tab.page.evaluate("navigator.clipboard.readText()") == text.input_value())
    tab.button("Close").last.click()
    expect(text).to_be_hidden(timeout=TIMEOUT)


@pytest.mark.slow
def test_an_evaluation_is_cancelled_and_a_baseline_is_shown_beside_the_next(open_tab, make_run, script):
    run = make_run("done", steps=20)
    script(epoch_seconds=600)
    tab = open_tab()
    tab.page.get_by_role("button", name="Full evaluation").click()
    tab.sees("The full evaluation of step 20: 0 of 3 epochs")
    tab.button("Cancel").click()
    tab.sees("The full evaluation of step 20 was cancelled.")
    assert run.evaluations() == []
    script(accuracies=[0.8])
    tab.page.get_by_role("button", name="Quick baseline").click()
    tab.sees("Quick baseline, 10 random real images per class: 80.0 % (1 network).")
    script(accuracies=[0.97, 0.99])
    tab.page.get_by_role("button", name="Quick evaluation").click()
    tab.sees("Quick evaluation, step 20: 98.0 ± 1.4 %; 10 random real images per class: 80.0 % (1 network).")
    accuracy = next(each for each in tab.figure("percent") if "mean" in each)
    assert (accuracy["step"], accuracy["mean"]) == ([20], [98.0])

    tab.page.get_by_role("combobox", name="Architectures").click()
    tab.page.get_by_text("mlp", exact=True).last.click()
    tab.page.keyboard.press("Escape")
    tab.sees("not measured here yet: mlp.")
    tab.page.get_by_role("button", name="Quick evaluation").click()
    tab.sees("The quick evaluation of step 20 by convnet, mlp: convnet 98.0 ± 1.4 %, mlp 98.0 ± 1.4 %")
    table = tab.page.locator("table.facts", has_text="Quick, step 20")
    expect(table.get_by_role("row", name="mlp")).to_contain_text("98.0 ± 1.4 %", timeout=TIMEOUT)


@pytest.mark.slow
def test_escape_closes_a_menu_whose_chosen_entry_is_gone_from_it(open_tab, make_run):
    make_run("other", steps=30)
    make_run("third", steps=30)
    make_run("done", steps=20)
    tab = open_tab()
    tab.sees("Optimisation")
    menu = tab.page.locator(".MuiModal-backdrop")
    tab.open_curve_options()
    tab.page.get_by_role("combobox", name="Overlay runs").click()
    tab.page.get_by_text("third", exact=True).last.click()
    tab.until(lambda: any(each.get("name") == ["third"] for each in tab.figure("loss linear")))
    expect(menu).to_have_count(2)
    tab.page.keyboard.press("Escape")
    expect(menu).to_have_count(0, timeout=TIMEOUT)


@pytest.mark.slow
def test_other_views_and_curves_can_be_chosen_in_the_dark(open_tab, make_run):
    make_run("other", steps=30)
    make_run("done", steps=20)
    tab = open_tab()
    tab.until(tab.points)
    tab.sees("Optimisation")
    tab.button("Toggle theme").click()
    tab.choose("Disk", "Plane of the classes")
    tab.page.get_by_role("button", name="What does this view keep?").click()
    tab.sees("Projection onto the plane")
    tab.page.keyboard.press("Escape")
    accuracies, losses = (
        tab.page.get_by_role("img", name=f"Curves of {what} over") for what in ("accuracy (%)", "loss")
    )
    for _ in range(2):
        tab.choose("Curve", "accuracy")
        expect(accuracies).to_be_visible(timeout=TIMEOUT)
        expect(losses).to_have_count(0)
        tab.choose("Curve", "loss by class")
        expect(losses).to_be_visible(timeout=TIMEOUT)
        expect(accuracies).to_have_count(0)
    tab.until(lambda: any(len(each.get("xs", [])) == 10 for each in tab.figure("loss linear")))
    tab.open_curve_options()
    tab.page.get_by_role("switch", name="log axis").click()
    tab.page.keyboard.press("Escape")
    tab.until(lambda: tab.figure("loss log"))
    tab.choose("Run", "other")
    tab.sees("Finished: step 30 of 30")
    tab.until(lambda: tab.wall() == sheet(30))


@pytest.mark.slow
def test_the_address_names_the_run_and_a_reload_shows_it_again(open_tab, make_run):
    make_run("first", steps=10)
    make_run("second <b>", steps=20)
    tab = open_tab()
    tab.sees("Finished: step 20 of 20")
    tab.page.wait_for_url("**/app?runs=*&run=second*")
    tab.choose("Run", "first")
    tab.sees("Finished: step 10 of 10")
    tab.page.wait_for_url("**/app?runs=*&run=first")
    tab.page.reload()
    tab.sees("Finished: step 10 of 10")
    tab.goto(tab.page.url.replace("run=first", "run=<i>gone</i>"))
    tab.sees("There is no run “<i>gone</i>”")
    tab.sees("Finished: step 20 of 20")
    tab.page.wait_for_url("**/app?runs=*&run=second*")
