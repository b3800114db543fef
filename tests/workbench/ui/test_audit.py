"""The tab "Audit": the process, the table, the one selection, and verdicts that are kept."""

import csv
import json

import numpy as np
import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

from hdd.sets import SyntheticSet, save


def names(tab):
    return tab.page.locator("tr:has(td.verdict) td:nth-child(2)").all_inner_texts()


def verdicts(path):
    """What is kept in a file; None before there is one."""
    return json.loads(path.read_text()) if path.exists() else None


def audited(tab, step):
    tab.page.get_by_role("tab", name="Audit").click()
    tab.button(f"Audit step {step}").click()
    tab.sees(f"Step {step}, 100 images: 1 with problems, 1 to look into.")


def test_an_audit_shows_what_stands_out_first_and_sorts_by_every_column(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    audited(tab, 40)
    tab.sees("They are strange.")
    tab.sees("The KID is -0.25 <b>.")
    tab.until(lambda: names(tab)[:3] == ["digit 0 #4", "digit 1 #3", "digit 0 #1"])
    tab.sees("It is training image 5.")
    tab.sees("1 to 40 of 100 images")
    tab.button("drift").click()
    tab.until(lambda: names(tab)[0] == "digit 5 #8")
    tab.button("drift ▾").click()
    tab.until(lambda: names(tab)[0] == "digit 0 #1")
    tab.button("Next").click()
    tab.sees("41 to 80 of 100 images")
    tab.choose("Show", "with issues")
    tab.sees("1 to 2 of 2 images")


@pytest.mark.slow
def test_a_row_and_the_wall_select_the_same_image(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    audited(tab, 40)
    tab.button("digit 1 #3").click()
    expect(tab.page.locator("tr.chosen")).to_have_count(1, timeout=TIMEOUT)
    tab.sees("Inspector")
    tab.sees("3 of 10")
    tab.page.get_by_role("tab", name="Live").click()
    tab.until(lambda: tab.wall() and tab.marks() == [(2.5, 8.5)])


def test_verdicts_are_kept_filtered_and_saved_in_a_table(open_tab, make_run, tmp_path):
    run = make_run("done", steps=40)
    tab = open_tab()
    audited(tab, 40)
    tab.button("drop digit 0 #4").click()
    tab.button("doubt digit 1 #3").click()
    tab.until(lambda: verdicts(run.path / "verdicts.json") == {"40": {"3": "drop", "12": "doubt"}})
    expect(tab.button("drop digit 0 #4")).to_have_attribute("aria-pressed", "true", timeout=TIMEOUT)
    tab.choose("Show", "verdict: drop")
    tab.until(lambda: names(tab) == ["digit 0 #4"])
    with tab.page.expect_download(timeout=TIMEOUT) as download:
        tab.button("Table (CSV)").click()
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert [row["verdict"] for row in rows[:4]] == ["", "", "", "drop"] and len(rows) == 100
    # Another tab finds both what was measured and what was decided.
    other = open_tab()
    other.page.get_by_role("tab", name="Audit").click()
    other.sees("1 with problems, 1 to look into.")
    expect(other.button("doubt digit 1 #3")).to_have_attribute("aria-pressed", "true", timeout=TIMEOUT)
    tab.button("drop digit 0 #4").click()
    tab.sees("No image is like that.")
    assert verdicts(run.path / "verdicts.json") == {"40": {"12": "doubt"}}


def test_an_audit_can_be_cancelled_and_another_step_be_audited(open_tab, make_run, script):
    make_run("done", steps=40)
    script(epoch_seconds=30)
    tab = open_tab()
    tab.page.get_by_role("tab", name="Audit").click()
    tab.button("Audit step 40").click()
    tab.sees("The audit of step 40: Copies, in pixels, 0 of 3 …")
    tab.button("Cancel").click()
    expect(tab.button("Audit step 40")).to_be_enabled(timeout=TIMEOUT)
    script(epoch_seconds=0)
    tab.scrub("Home")
    tab.button("Audit step 0").click()
    tab.sees("Step 0, 100 images: 1 with problems, 1 to look into.")


def test_a_run_that_goes_on_is_audited_at_the_step_that_was_asked_for(open_tab, make_run, script):
    script(rate=20, epoch_seconds=0.7)
    make_run("run", steps=30, of=10_000)
    tab = open_tab()
    tab.button("Resume from step 30").click()
    tab.sees("Running: step")
    tab.page.get_by_role("tab", name="Audit").click()
    tab.page.get_by_role("button", name="Audit step").click()
    tab.sees("100 images: 1 with problems, 1 to look into.")
    tab.until(lambda: names(tab)[:2] == ["digit 0 #4", "digit 1 #3"])


def test_a_set_in_a_file_is_audited_and_judged(new_tab, server, root, digits):
    places = np.concatenate([np.flatnonzero(digits.train_labels == label)[:3] for label in range(10)])
    mean, std = digits.mean.numpy(), digits.std.numpy()
    images = digits.normalise(digits.train_images[places]).numpy()
    save(SyntheticSet(images, digits.train_labels[places], digits.classes, mean, std), root / "set", "export")
    tab = new_tab()
    tab.goto(f"{server}?runs={root}&set=set&dataset=digits&tab=audit")
    tab.button("Audit").click()
    tab.sees("30 images: 1 with problems, 1 to look into.")
    tab.until(lambda: names(tab)[:2] == ["1 #1", "4 #1"])
    tab.button("drop 1 #1").click()
    tab.until(lambda: verdicts(root / "set.verdicts.json") == {"0": {"3": "drop"}})
