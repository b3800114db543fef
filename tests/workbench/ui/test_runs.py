"""The table of runs in a browser."""

import pytest
from playwright.sync_api import expect
from tab import TIMEOUT
from waiting import wait_until

from hdd.runs import history
from hdd.runs.run import Run


def open_runs(tab):
    tab.sees("Optimisation")
    tab.page.get_by_role("tab", name="Runs").click()
    tab.sees("in which they differ")


def names(tab):
    return [row.locator("td.run button").text_content() for row in tab.page.locator("tbody tr").all()]


def select(tab, *runs):
    for name in runs:
        tab.page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()


@pytest.mark.slow
def test_runs_are_shown_as_a_tree_that_follows_the_disk_and_opened(open_tab, make_run, root):
    first = make_run("first <b>", steps=20, seed=7)
    make_run("second", steps=30)
    history.fork(first, 10, root / "fork", {"curvature": -4.0}).close()
    tab = open_tab()
    open_runs(tab)
    tab.until(lambda: names(tab) == ["first <b>", "fork", "second"])
    tab.sees("first <b> @ 10")
    # A run that somebody else makes, notes or steers is there without a reload.
    make_run("third", steps=10)
    Run(root / "second").write_note("from elsewhere")
    tab.until(lambda: names(tab) == ["first <b>", "fork", "second", "third"])
    tab.sees("from elsewhere")
    tab.page.get_by_title("Sort by Step").click()
    tab.until(lambda: names(tab) == ["third", "fork", "first <b>", "second"] or names(tab)[0] in ("third", "fork"))
    tab.page.locator("td.run button", has_text="second").click()
    tab.sees("Finished: step 30 of 30")
    tab.until(tab.wall)


def test_a_run_is_noted_renamed_and_deleted(open_tab, make_run, root):
    make_run("other", steps=20)
    make_run("shown", steps=30)
    tab = open_tab()
    open_runs(tab)
    dialog = tab.page.get_by_role("dialog")
    tab.until(lambda: len(names(tab)) == 2)
    select(tab, "shown")
    tab.button("Edit note").click()
    dialog.get_by_role("textbox", name="Note").fill("a <i>note</i>")
    dialog.get_by_role("button", name="Save").click()
    tab.sees("a <i>note</i>")
    assert Run(root / "shown").note == "a <i>note</i>"

    tab.button("Rename").click()
    dialog.get_by_role("textbox", name="Name").fill("renamed")
    dialog.get_by_role("textbox", name="Name").press("Enter")
    tab.page.wait_for_url("**run=renamed&tab=runs")
    tab.sees("Finished: step 30 of 30")
    assert not (root / "shown").exists()
    tab.sees("Optimisation")

    tab.until(lambda: sorted(names(tab)) == ["other", "renamed"])
    select(tab, "renamed")
    tab.button("Delete").click()
    tab.sees("This cannot be undone")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden(timeout=TIMEOUT)
    assert (root / "renamed").exists()
    tab.button("Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    wait_until(lambda: not (root / "renamed").exists(), 60)
    # The page goes on with the run that is left.
    tab.sees("Finished: step 20 of 20")
    tab.sees("Optimisation")
    tab.until(lambda: names(tab) == ["other"])
    select(tab, "other")
    tab.button("Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    tab.sees("Watch a data set being distilled")


@pytest.mark.slow
def test_a_run_with_an_engine_is_not_deleted_and_its_row_counts_steps(open_tab, make_run, script, root):
    script(rate=20)
    make_run("run", steps=30, of=100_000)
    tab = open_tab()
    tab.sees("Optimisation")
    tab.button("Resume from step 30").click()
    tab.sees("Running: step")
    open_runs(tab)
    cell = tab.page.locator("tbody td:nth-child(4)")
    first = tab.until(cell.text_content)
    tab.until(lambda: cell.text_content() != first)
    select(tab, "run")
    tab.button("Delete").click()
    tab.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    tab.sees("Wait until the engine of run has ended")
    assert (root / "run" / "run.db").exists()


@pytest.mark.slow
def test_a_change_is_given_a_reason_that_the_timeline_tells(open_tab, make_run, script, root):
    script(rate=20)
    make_run("run", steps=30, of=100_000)
    tab = open_tab()
    tab.sees("Optimisation")
    tab.button("Resume from step 30").click()
    tab.sees("Running: step")
    tab.steer("Curvature", "ArrowRight")
    tab.sees("applied @ step")
    field = tab.page.get_by_role("textbox", name="Why Curvature")
    field.fill("to see the <b>rim</b>")
    field.press("Enter")
    run = Run(root / "run")
    (edit,) = tab.until(lambda: [each for each in run.steered() if each.note])
    assert (edit.name, edit.note) == ("curvature", "to see the <b>rim</b>")
    tab.page.get_by_role("button", name="Pause or resume").click()
    tab.sees("Paused: step")
    tab.scrub("Home")
    for _ in range(40):
        tab.press("ArrowRight")
        if tab.page.get_by_text("to see the <b>rim</b>").count():
            break
    tab.sees("(to see the <b>rim</b>)")
