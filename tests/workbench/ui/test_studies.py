"""Studies in a browser."""

import subprocess
import sys

import pytest
import yaml
from playwright.sync_api import expect
from scripted_study import ScriptedStudy
from tab import TIMEOUT

STEPS = {"epochs": 2, "networks": 2, "width": 4, "steps": [2]}


def open_studies(tab):
    tab.sees("Optimisation")
    tab.page.get_by_role("tab", name="Studies").click()


def plot(tab, label):
    return tab.page.locator("figure").filter(has=tab.page.get_by_role("button", name=label, exact=True))


def count(tab, label, shape):
    return plot(tab, label).locator(shape).count()


@pytest.mark.slow
def test_a_study_is_seen_while_it_grows_and_leads_to_its_runs(open_tab, make_run, root):
    make_run("run", steps=20)
    study = ScriptedStudy(root / "tiny", title="Is <b>hdd</b> better?", evaluate=STEPS)
    tab = open_tab()
    open_studies(tab)
    tab.sees("Is <b>hdd</b> better?")
    tab.sees("0 of 4 runs are done. Time left: known after the first run.")
    assert tab.page.locator("figure").count() == 2
    expect(plot(tab, "hdd").get_by_role("button", name="hdd, seed 0: not begun")).to_be_disabled(timeout=TIMEOUT)

    study.make("mean", 0, 0.5)
    study.begin("hdd", 0)
    study.evaluate("hdd", 0, 0.4, step=2)
    tab.until(lambda: (count(tab, "mean", "circle"), count(tab, "hdd", "circle")) == (2, 1))
    tab.sees("1 of 4 runs are done. About ")
    study.evaluate("hdd", 0, 0.6)
    study.make("mean", 1, 0.5)
    study.begin("hdd", 1, problem="The images diverge.")
    tab.sees("1 run failed: hdd.")
    tab.sees("hdd: 1 of 2 seeds failed: The images diverge.")
    tab.until(lambda: count(tab, "mean", "circle") == 4 and count(tab, "hdd", "circle") == 2)
    # The control is a dashed line in the others, and none in its own plot.
    assert (count(tab, "hdd", ".control"), count(tab, "mean", ".control")) == (1, 0)
    assert "+10.00" in tab.page.locator("tbody tr", has_text="hdd").first.text_content()

    plot(tab, "hdd").get_by_role("button", name="hdd, seed 1: The images diverge.").click()
    tab.sees("Failed at step 1")
    tab.page.get_by_role("tab", name="Studies").click()
    tab.sees("3 of 4 runs are done.")
    plot(tab, "mean").locator("svg").click(position={"x": 60, "y": 20})
    tab.sees("Finished: step 4 of 4")
    tab.page.get_by_role("tab", name="Studies").click()
    tab.page.locator("tbody").first.get_by_role("button", name="hdd", exact=True).click()
    tab.sees("Finished: step 4 of 4")
    expect(tab.page.get_by_role("combobox", name="Run", exact=True)).to_have_text("hdd,seed=0", timeout=TIMEOUT)


@pytest.mark.slow
def test_one_of_several_studies_is_chosen_and_a_bad_file_is_told(open_tab, make_run, root):
    make_run("run", steps=20)
    ScriptedStudy(root / "first", title="The first")
    second = ScriptedStudy(root / "second", title="The second")
    tab = open_tab()
    open_studies(tab)
    tab.sees("The second")
    tab.choose("Study", "first")
    tab.sees("The first")
    tab.choose("Study", "second")
    tab.sees("The second")
    good = (second.folder / "study.yaml").read_text()
    (second.folder / "study.yaml").write_text(good[: len(good) // 2] + "{")
    tab.sees("study.yaml: This is not YAML")
    assert tab.page.locator("figure").count() == 0
    (second.folder / "study.yaml").write_text(good)
    tab.sees("0 of 4 runs are done.")


@pytest.mark.slow
def test_the_folder_of_the_runs_can_be_that_of_a_study(open_tab, root):
    study = ScriptedStudy(root)
    study.make("hdd", 0, 0.5)
    tab = open_tab()
    open_studies(tab)
    tab.sees("1 of 4 runs are done.")
    study.make("mean", 0, 0.5)
    plot(tab, "mean").get_by_role("button", name="mean, seed 0: 50.0 %").click()
    expect(tab.page.get_by_role("combobox", name="Run", exact=True)).to_have_text("mean,seed=0", timeout=TIMEOUT)


@pytest.mark.parametrize(("width", "height"), [(1280, 800), pytest.param(1600, 1000, marks=pytest.mark.slow)])
def test_plots_and_tables_fit_beside_the_controls(open_tab, make_run, root, width, height):
    make_run("run", steps=20)
    arms = {f"an arm with a name that is much too long for its plot {place}": {} for place in range(8)}
    study = ScriptedStudy(root / "tiny", arms={"mean": {"objective": "mean"}, **arms}, seeds=3)
    for seed in range(3):
        study.make("mean", seed, 0.5)
    tab = open_tab()
    tab.page.set_viewport_size({"width": width, "height": height})
    open_studies(tab)
    tab.sees("3 of 27 runs are done.")
    tab.until(lambda: tab.page.locator("figure").count() == 9)
    edge = tab.page.locator("figure, table").evaluate_all(
        "all => Math.max(...all.map((each) => each.getBoundingClientRect().right))"
    )
    assert edge <= width
    assert tab.page.locator("figure").first.bounding_box()["width"] >= 200


@pytest.mark.slow
def test_a_real_study_grows_on_the_page(open_tab, make_run, root, tmp_path):
    make_run("run", steps=20)
    declared = tmp_path / "real.yaml"
    protocol = {"protocol": "quick", "epochs": 5, "networks": 2, "width": 16, "steps": [5]}
    base = {"dataset": "digits", "ipc": 1, "steps": 10, "threads": 1}
    arms = {"mean": {"objective": "mean"}, "hdd": {}}
    parts = {"base": base, "arms": arms, "seeds": 2, "evaluate": protocol, "control": "mean"}
    declared.write_text(yaml.safe_dump({"title": "Real", **parts}))
    tab = open_tab()
    open_studies(tab)
    tab.sees("There is no study in")
    command = [sys.executable, "-m", "hdd", "study", str(declared), "--out", str(root / "real")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        tab.sees("of 4 runs are done. ")
        tab.sees("left.")
        tab.sees("All 4 runs are done.")
        assert process.wait() == 0
    assert tab.page.locator("circle").count() == 2 * 2 * 2
