"""The tab "Audit": the process, the table, the one selection, and verdicts that are kept."""

import csv
import json
import zipfile

import numpy as np
import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

from hdd.sets import SyntheticSet, load, save


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


@pytest.mark.slow
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


@pytest.mark.slow
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


def test_what_is_selected_is_marked_in_the_inspector_and_can_be_left_out(open_tab, make_run, tmp_path):
    run = make_run("done", steps=40)
    file = run.path / "verdicts.json"
    tab = open_tab()
    audited(tab, 40)
    tab.button("digit 0 #4").click()
    tab.button("digit 1 #3").click(modifiers=["Shift"])
    tab.sees("2 images: 2 synthetic, 0 real")
    tab.button("Drop").click()
    tab.until(lambda: verdicts(file) == {"40": {"3": "drop", "12": "drop"}})
    expect(tab.button("drop digit 1 #3")).to_have_attribute("aria-pressed", "true", timeout=TIMEOUT)
    tags = tab.page.get_by_label("Tags, joined by commas")
    tags.fill("odd, <b>blurry</b>")
    tags.press("Enter")
    both = {"verdict": "drop", "tags": ["<b>blurry</b>", "odd"]}
    tab.until(lambda: verdicts(file) == {"40": {"3": both, "12": both}})
    tab.button("digit 0 #1").click()
    expect(tags).to_have_value("", timeout=TIMEOUT)
    tab.choose("Show", "tag: odd")
    tab.until(lambda: len(names(tab)) == 2 and "<b>blurry</b>" in names(tab)[0])
    tab.button("Export").click()
    tab.page.get_by_role("menuitem", name="Set as safetensors (.safetensors)").click()
    tab.sees("2 images are marked to be dropped. Leave them out?")
    with tab.page.expect_download(timeout=TIMEOUT) as download:
        tab.button("Leave out").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path)
    assert load(tmp_path / "done-step40.safetensors").counts == (9, 9, *[10] * 8)
    with tab.page.expect_download(timeout=TIMEOUT) as download:
        tab.button("Export").click()
        tab.page.get_by_role("menuitem", name="Selected images, a folder (ZIP)").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.namelist() == [f"000-{run.classes[0]}/0000.png"]


@pytest.mark.slow
def test_an_audit_is_compared_with_that_of_another_step(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    tab.scrub("Home")
    tab.page.get_by_role("tab", name="Audit").click()
    tab.button("Audit step 0").click()
    tab.sees("Step 0, 100 images")
    tab.scrub("End")
    tab.button("Audit step 40").click()
    tab.sees("Step 40, 100 images")
    assert tab.page.get_by_text("done@0").count() == 0
    tab.page.get_by_role("combobox", name="Compare with").click()
    tab.page.get_by_role("menuitem", name="done@0, random network").click()
    tab.sees("done@0, random network")


@pytest.mark.slow
def test_an_image_is_swiped_over_what_it_began_as(open_tab, make_run):
    make_run("done", steps=40)
    tab = open_tab()
    tab.until(tab.wall)
    tab.page.mouse.click(*tab.at_rest("wall")(2.5, 8.5))
    handle = tab.slider("Where step 0 ends and step 40 begins")
    handle.press("End")
    after = tab.page.locator("img.after")
    expect(after).to_have_css("clip-path", "inset(0px 0px 0px 100%)", timeout=TIMEOUT)
    handle.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuetext", "99 % step 0, 1 % step 40", timeout=TIMEOUT)
    tab.button("Real (pixels)").click()
    expect(tab.slider("Where nearest real, by pixels ends and step 40 begins")).to_be_visible(timeout=TIMEOUT)
