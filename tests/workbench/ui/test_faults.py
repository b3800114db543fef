"""What goes wrong is said plainly, and the page goes on."""

import os
import re
import shutil
import signal
import sqlite3
import urllib.request
from contextlib import closing

import pytest
from playwright.sync_api import expect
from tab import TIMEOUT

from hdd.runs.history import find_runs
from workbench.core import run_source

EVIL = "<img src=x onerror=alert(1)>"


@pytest.mark.slow
def test_a_killed_engine_is_said_to_be_and_can_be_resumed(open_tab, make_run, script):
    script(rate=10)
    run = make_run("run", steps=30, of=100_000)
    tab = open_tab()
    tab.button("Resume from step 30").click()
    tab.sees("Running: step")
    os.kill(run.status().pid, signal.SIGKILL)
    expect(tab.page.get_by_text("perhaps because memory ran out").first).to_be_visible(timeout=10_000)
    tab.button(f"Resume from step {run.step}").click()
    tab.sees("Running: step")
    # The browser goes meanwhile: the engine and the server do not mind.
    tab.page.context.close()
    step = run.step
    tab.until(lambda: run.step > step + 5)
    again = open_tab()
    again.sees("Running: step")


def test_why_an_engine_failed_is_said(open_tab, script, root):
    script(refuse_at_once="The images of digits are not here: restore them.")
    tab = open_tab()
    tab.button("Start the digits run").click()
    tab.page.get_by_role("button", name="New run").click()
    tab.sees("The images of digits are not here: restore them.")
    assert find_runs(root) == []
    script(fail=[12, "Step 12 of the run gives images that are not finite: lower image_lr."])
    tab.button("Start the digits run").click()
    tab.sees("Failed at step 12 of 1000: Step 12 of the run gives images that are not finite: lower image_lr.")
    script(rate=20)
    tab.button("Resume from step 12").click()
    tab.sees("Running: step")


@pytest.mark.slow
def test_a_full_disk_is_said(open_tab, make_run, script):
    # Every tensor file is beyond the limit; the database is small enough.
    script(rate=20, file_bytes=150_000)
    run = make_run("run", steps=5, of=100_000)
    tab = open_tab()
    tab.button("Resume from step 5").click()
    tab.sees(f"Cannot write to {run.path}")
    tab.sees("Free some space there")
    script(rate=20)
    tab.page.get_by_role("button", name="Resume from step").click()
    tab.sees("Running: step")


@pytest.mark.slow
def test_a_run_that_is_removed_is_said_to_be_gone(open_tab, make_run, server):
    make_run("other", steps=20)
    run = make_run("run", steps=20)
    tab = open_tab()
    tab.until(tab.points)
    tab.sees("Finished: step 20 of 20")
    shutil.rmtree(run.path)
    tab.sees(f"The run's directory {run.path} is gone: it was removed or renamed.")
    expect(tab.button("Run 20 more steps")).to_be_disabled(timeout=TIMEOUT)
    tab.scrub("Home")
    tab.choose("Run", "other")
    tab.sees("Finished: step 20 of 20")
    assert urllib.request.urlopen(server, timeout=60).status == 200


@pytest.mark.slow
def test_names_are_text_wherever_they_are_shown(open_tab, make_run):
    classes = [f"{EVIL} {label}" for label in range(10)]
    run = make_run(EVIL, steps=20, classes=classes)
    make_run(f"other {EVIL}", steps=20)
    make_run("third", steps=20)
    tab = open_tab()
    alerts = []
    tab.page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    tab.choose("Run", EVIL)
    tab.sees("Finished: step 20 of 20")
    expect(tab.page.get_by_role("combobox", name="Run", exact=True)).to_contain_text(EVIL, timeout=TIMEOUT)
    tab.until(lambda: (tab.points() or {"name": [""]})["name"][0] == f"{EVIL} 0 #1")
    points = tab.points()
    tab.sees(f"(class {EVIL} ")
    # With its last part the page has come to rest.
    tab.sees("Optimisation")
    at = tab.edges("disk")
    # A point's tooltip, the inspector, the choices, and the curves.
    tab.page.mouse.move(*at(points["x"][30], points["y"][30]))
    tab.sees(f"{EVIL} 3 #1")
    tab.page.mouse.click(*tab.edges("wall")(0.5, 9.5))
    tab.sees(f"{EVIL} 0")
    tab.button(f"{EVIL} 7").click()
    tab.until(lambda: len(tab.points()["name"]) == 10)
    tab.choose("Curve", "loss by class")
    lines = tab.until(lambda: [each for each in tab.figure("loss linear") if len(each.get("xs", [])) == 10])[0]
    tab.page.mouse.move(*tab.edges("loss linear")(lines["xs"][9][10], lines["ys"][9][10]))
    tab.sees(EVIL)
    tab.open_curve_options()
    tab.page.get_by_role("combobox", name="Overlay runs").click()
    tab.page.get_by_text(f"other {EVIL}").last.click()
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("Escape")
    tab.button("Copy as command").click()
    tab.page.get_by_role("textbox", name="As a command").wait_for()
    assert alerts == []
    images = (
        "() => [...document.querySelectorAll('*')].flatMap((e) => [...(e.shadowRoot ?? e).querySelectorAll('img')])"
    )
    assert tab.page.evaluate(f"({images})().filter((img) => img.getAttribute('onerror')).length") == 0
    assert run_source._sources[run.path.resolve()].classes == classes


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE meta SET value = '{oops' WHERE key = 'settings'", "the fact 'settings' cannot be understood"),
        ("UPDATE edits SET step = NULL", "the ledger cannot be understood"),
    ],
    ids=["settings", "ledger"],
)
def test_a_run_that_cannot_be_understood_says_so_and_hides_no_other(open_tab, make_run, statement, told):
    make_run("other", steps=20)
    run = make_run("run", steps=20, of=40)
    with closing(sqlite3.connect(run.path / "run.db")) as database:
        database.execute(statement)
        database.commit()
    tab = open_tab()
    if "settings" in statement:
        tab.sees(told)
        tab.sees("Finished: step 20 of 20")
    else:
        # It is said for as long as it is so, and nothing can be made worse.
        tab.sees(told)
        tab.page.wait_for_timeout(1500)
        expect(tab.page.get_by_text(told).first).to_be_visible()
        expect(tab.page.get_by_role("button", name=re.compile("Resume"))).to_be_disabled(timeout=TIMEOUT)
    tab.page.get_by_role("tab", name="Runs").click()
    tab.sees("2 runs in")
    tab.sees("cannot be read")
