"""Distilled sets in a browser."""

import re
import zipfile

import numpy as np
import pytest
import scripted
import torch
from playwright.sync_api import expect
from tab import TIMEOUT

from hdd.pixels import to_pixels
from hdd.runs.run import Run
from hdd.sets import SyntheticSet, load, save
from workbench.core.class_layout import ClassLayout
from workbench.theme import tile

NAME = "a <b>.safetensors"


@pytest.fixture
def pixels(digits, root):
    """The pixels (30, 1, 16, 16) of three images of each digit, which are a set below `root`."""
    places = np.concatenate([np.flatnonzero(digits.train_labels == label)[:3] for label in range(10)])
    images = digits.normalise(digits.train_images[places]).numpy()
    mean, std = digits.mean.numpy(), digits.std.numpy()
    save(SyntheticSet(images, digits.train_labels[places], digits.classes, mean, std), root / NAME, "safetensors")
    return to_pixels(images, mean, std)


def sheet(pixels):
    """The wall of images that are in class order."""
    grid = ClassLayout(np.repeat(np.arange(10), len(pixels) // 10), 10).grid(pixels)
    return tile(grid)


def finding(severity, words, *alternatives):
    """What a check found, as `hdd inspect` prints it; `alternatives` are readings."""
    others = [{"reading": each, "words": "a guess"} for each in alternatives]
    return {"check": "values", "severity": severity, "words": words, "evidence": {}, "alternatives": others}


def open_form(tab):
    tab.button("Open a distilled set").click()
    return tab.page.get_by_role("combobox", name="File or folder")


def test_a_set_is_chosen_looked_at_and_linked(open_tab, new_tab, make_run, pixels):
    make_run("run", steps=20)
    tab = open_tab()
    tab.sees("Finished: step 20 of 20")
    of_runs = [tab.button(name) for name in ("Run 20 more steps", "Copy as command")]
    of_runs.append(tab.slider("Step"))
    for control in of_runs:
        expect(control).to_be_visible(timeout=TIMEOUT)
    tab.until(lambda: tab.figure("radius"))
    path = open_form(tab)
    path.click()
    tab.page.get_by_role("option", name=NAME, exact=True).click()
    tab.choose("Distilled from", "digits")
    tab.button("Open").click()
    tab.sees("A distilled set: 30 images of 10 classes")
    tab.until(lambda: (wall := tab.wall()) and wall["flat"] == sheet(pixels).ravel().tolist())
    tab.until(tab.points)
    # What needs a run is not there.
    for control in of_runs:
        expect(control).to_have_count(0)
    assert not tab.figure("radius")
    expect(tab.page.get_by_text("You are in control")).to_have_count(0)
    tab.page.mouse.click(*tab.edges("wall")(1.5, 8.5))
    tab.until(tab.marks)
    tab.sees("2 of 3")
    tab.page.wait_for_url(re.compile("set=a.*safetensors&dataset=digits&synthetic="))
    # A link shows the same.
    other = new_tab()
    other.goto(tab.page.url)
    other.sees("A distilled set: 30 images of 10 classes")
    assert other.until(other.marks) == tab.marks()
    tab.page.get_by_role("tab", name="Compare").click()
    tab.sees("Compare needs a run.")
    # A run can be chosen again, and then a set is no longer in the address.
    other.choose("Run", "run")
    other.sees("Finished: step 20 of 20")
    expect(other.slider("Step")).to_be_visible(timeout=TIMEOUT)
    other.page.wait_for_url(re.compile(r"\?runs=[^&]*&run=run"))
    other.page.wait_for_url(lambda url: "set=" not in url and "dataset=" not in url)


def test_a_set_can_be_typed_where_there_is_no_run(open_tab, pixels):
    tab = open_tab()
    tab.sees("Watch a data set being distilled")
    open_form(tab).fill(NAME)
    tab.page.get_by_label("Read as (optional)").fill("values=loud")
    tab.button("Open").click()
    tab.sees("values='loud' is not allowed")
    tab.page.get_by_label("Read as (optional)").fill("values=unit; channels=rgb")
    tab.button("Open").click()
    tab.sees("A distilled set: 30 images of 10 classes, read as values=unit, channels=rgb")
    tab.sees("not named")
    tab.sees("The disk cannot be drawn: the real images are not known.")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("set=../run.pt", "does not lie in"),
        ("set=%00", "does not lie in"),
        ("set=/etc/passwd&dataset=digits", "does not lie in"),
        ("set=none.pt", "There is no set 'none.pt'"),
        ("set=run&dataset=cifar11", "There is no data set 'cifar11'"),
        ("set=run&as=values=loud", "values='loud' is not allowed"),
    ],
)
def test_a_link_to_what_cannot_be_opened_says_so_and_shows_a_run(new_tab, server, make_run, root, query, message):
    make_run("run", steps=20)
    tab = new_tab()
    tab.goto(f"{server}?runs={root}&{query}")
    tab.sees(message)
    tab.sees("Finished: step 20 of 20")
    expect(tab.page.get_by_text("Opening")).to_be_hidden()
    expect(tab.page.get_by_role("combobox", name="Run", exact=True)).to_have_text("run")


def test_a_step_of_a_run_is_opened_as_a_set(new_tab, server, make_run, root):
    make_run("run", steps=20)
    tab = new_tab()
    tab.goto(f"{server}?runs={root}&set=run@10")
    tab.sees("A distilled set: 100 images of 10 classes")
    shown = sheet(scripted.pixels(10).reshape(-1, 1, scripted.SIDE, scripted.SIDE))
    tab.until(lambda: (wall := tab.wall()) and wall["flat"] == shown.ravel().tolist())


def test_findings_are_told_worst_first_and_another_reading_is_applied(new_tab, server, script, pixels, root):
    notes = (
        finding("note", "Fine."),
        finding("warning", "A <b>doubt</b>.", {"values": "unit"}),
        finding("problem", "Bad."),
    )
    script(findings=notes)
    tab = new_tab()
    tab.goto(f"{server}?runs={root}&set={NAME}&dataset=digits")
    tab.sees("Values. Bad.")
    told = ("Values. Bad.", "Values. A <b>doubt</b>.", "Values. Fine.")
    heights = [tab.page.get_by_text(words, exact=True).bounding_box()["y"] for words in told]
    assert heights == sorted(heights)
    before = tab.until(tab.wall)
    tab.button("Read as values=unit").click()
    tab.sees("A distilled set: 30 images of 10 classes, read as values=unit")
    tab.page.wait_for_url(re.compile("set=.*&dataset=digits&as=values%3Dunit"))
    tab.until(lambda: (wall := tab.wall()) and wall != before)
    tab.button("Read as the file says").click()
    tab.until(lambda: tab.wall() == before)
    tab.page.wait_for_url(lambda url: "as=" not in url)


@pytest.mark.slow
def test_a_set_is_compared_with_its_real_images(serve, new_tab, digits, root):
    places = np.concatenate([np.flatnonzero(digits.train_labels == label)[:3] for label in range(10)])
    data = [[digits.train_images[places].float() / 255, digits.train_labels[places]]]
    torch.save({"data": data, "accs_all_exps": {}}, root / "res_DM.pt")
    _, address = serve("workbench/app.py")
    tab = new_tab()
    tab.goto(f"{address}?set=res_DM.pt&dataset=digits")
    tab.sees("They fit better as values=unit")
    tab.until(tab.points)
    tab.button("Read as values=unit").click()
    tab.sees("read as values=unit")
    tab.sees("no other normalisation fits clearly better")
    expect(tab.page.get_by_role("button", name="Read as values")).to_have_count(0)


@pytest.mark.slow
def test_sets_and_runs_are_exported_in_formats(new_tab, server, make_run, pixels, digits, root, tmp_path):
    make_run("run", steps=20)
    tab = new_tab()
    tab.goto(f"{server}?runs={root}&set={NAME}")
    tab.until(tab.wall)

    def exported(label):
        with tab.page.expect_download() as download:
            tab.button("Export").click()
            item = tab.page.get_by_role("menuitem", name=label, exact=True)
            expect(item).to_be_visible(timeout=TIMEOUT)
            curves = tab.page.get_by_role("menuitem", name="Curves (CSV)").count()
            item.click()
        return download.value, curves

    file, curves = exported("Set as kip (.npz)")
    assert curves == 0
    with zipfile.ZipFile(file.path()) as archive:
        assert archive.namelist()[0] == "a <b>.npz"
        archive.extractall(tmp_path)
    found = load(tmp_path / "a <b>.npz")
    assert found.classes == digits.classes
    assert np.array_equal(to_pixels(found.images, digits.mean.numpy(), digits.std.numpy()), pixels)
    tab.choose("Run", "run")
    tab.sees("Finished: step 20 of 20")
    file, curves = exported("Set as export (folder)")
    assert (file.suggested_filename, curves) == ("run-step20-export.zip", 1)


@pytest.mark.slow
def test_a_run_starts_from_the_set_that_is_shown(serve, new_tab, digits, pixels, root):
    places = np.concatenate([np.flatnonzero(digits.train_labels == label)[:3] for label in range(10)])
    torch.save([digits.train_images[places].float(), digits.train_labels[places]], root / "data.pt")
    _, address = serve("workbench/app.py")
    tab = new_tab()
    tab.goto(f"{address}?set=data.pt&dataset=digits&as=values%3Dpixels")
    tab.sees("A distilled set: 30 images of 10 classes, read as values=pixels")
    tab.button("Start a run from it").click()
    tab.sees("It is read as values=pixels.")
    tab.page.get_by_role("textbox", name="Name of the run").fill("from set")
    tab.button("Start this run").click()
    tab.page.wait_for_url("**run=from*set**", timeout=TIMEOUT)
    tab.until(tab.wall)
    run = Run(root / "from set")
    assert run.initial_settings.ipc == 3
    start = run.to_pixels(run.images(0)).reshape(pixels.shape)
    assert np.abs(start.astype(int) - pixels).max() <= 1
    run.close()
