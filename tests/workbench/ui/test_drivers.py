"""One driver for a run, whatever server its pages come from; the ledger names the people."""

import json
import socket
from pathlib import Path

import workbench
from hdd.runs.run import Run

APP = Path(workbench.__file__).parent / "app.py"
HOST = socket.gethostname()


def test_of_two_servers_one_page_drives(serve, new_tab, make_run):
    run = make_run(steps=20, of=40)
    _, here = serve(APP)
    _, there = serve(APP)
    first, second = new_tab(), new_tab()
    first.goto(f"{here}?run=run")
    first.sees("You are in control")
    second.goto(f"{there}?run=run")
    second.sees(f"You are watching page on {HOST}")
    second.sees(f"You are watching: page on {HOST} is in control of this run.")
    assert second.slider("Curvature").is_disabled()
    first.button("Release control").click()
    second.sees("No one is in control")
    second.button("Take control").click()
    second.sees("You are in control")
    first.sees(f"You are watching page on {HOST}")
    second.steer("Curvature", "ArrowLeft")
    second.until(
        lambda: [edit.who for edit in Run(run.path).edits() if edit.name == "curvature"] == [f"page on {HOST}"]
    )


def test_the_ledger_names_who_has_signed_in(serve, new_tab, make_run, tmp_path):
    run = make_run(steps=20, of=40)
    users = tmp_path / "users.json"
    users.write_text(json.dumps({"alice": "a", "bob": "b"}))
    _, address = serve(APP, "--basic-auth", str(users), "--cookie-secret", "secret")
    tabs = {}
    for name, password in (("alice", "a"), ("bob", "b")):
        tab = tabs[name] = new_tab()
        tab.goto(f"{address}?run=run")
        tab.page.locator("input[name=username]").fill(name)
        tab.page.locator("input[name=password]").fill(password)
        tab.page.locator("[type=submit], button").first.click()
        tab.sees("You are in control" if name == "alice" else "You are watching alice")
    tabs["alice"].steer("Curvature", "ArrowLeft")
    tabs["alice"].until(lambda: Run(run.path).pending())
    tabs["alice"].button("Hand over control").click()
    tabs["alice"].sees("You are watching bob")
    tabs["bob"].steer("Curvature", "ArrowRight")
    tabs["bob"].until(
        lambda: {edit.who for edit in Run(run.path).edits() if edit.name == "curvature"} == {"alice", "bob"}
    )


def test_a_server_of_several_processes_says_that_the_page_does_not_work_there(serve, new_tab, make_run):
    make_run(steps=20)
    _, address = serve(APP, "--num-procs", "2")
    tab = new_tab()
    tab.goto(address)
    tab.sees("This server was started with --num-procs")
