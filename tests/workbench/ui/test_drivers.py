"""One driver for a run, whatever server its pages come from; the ledger names the people."""

import json
import socket
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from tab import Tab

import workbench
from hdd.runs.run import Run

APP = Path(workbench.__file__).parent / "app.py"
LOGIN = APP.parent / "login" / "login.html"
LOGOUT = LOGIN.with_name("logout.html")
HOST = socket.gethostname()


def authors(run):
    """Who has asked for another curvature."""
    with closing(Run(run.path)) as opened:
        return [edit.who for edit in opened.edits() if edit.name == "curvature"]


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
    second.until(lambda: authors(run) == [f"page on {HOST}"])


@pytest.fixture
def signed_in(serve, new_tab, tmp_path):
    """Opens the page and signs in; the login page asks for nothing from elsewhere either."""
    users = tmp_path / "users.json"
    users.write_text(json.dumps({"alice": "a", "bob": "b"}))
    templates = ["--basic-login-template", str(LOGIN), "--logout-template", str(LOGOUT)]
    _, address = serve(APP, "--basic-auth", str(users), "--cookie-secret", "secret", *templates)

    def sign_in(name):
        tab = new_tab()
        tab.goto(f"{address}?run=run")
        tab.page.get_by_label("Name", exact=True).fill(name)
        tab.page.get_by_label("Password").fill(name[0])
        tab.button("Sign in").click()
        return tab

    return sign_in


@pytest.mark.slow
def test_the_ledger_names_who_has_signed_in(signed_in, make_run):
    run = make_run(steps=20, of=40)
    alice, bob = signed_in("alice"), signed_in("bob")
    alice.sees("You are in control")
    bob.sees("You are watching alice")
    alice.steer("Curvature", "ArrowLeft")
    alice.until(lambda: authors(run) == ["alice"])
    alice.button("Hand over control").click()
    alice.sees("You are watching bob")
    bob.steer("Curvature", "ArrowRight")
    bob.until(lambda: authors(run) == ["alice", "bob"])
    asked = []
    bob.page.on("request", lambda request: asked.append(urlsplit(request.url).hostname))
    bob.goto(urljoin(bob.page.url, "/logout"))
    bob.sees("You have signed out.")
    bob.button("Sign in").click()
    bob.page.get_by_label("Password").wait_for()
    assert {*asked} == {"127.0.0.1"}
    bob.goto(urljoin(bob.page.url, "/app?run=run"))
    bob.page.get_by_label("Password").wait_for()


def test_whoever_is_no_editor_only_looks(browser, monkeypatch, request, make_run):
    run = make_run(steps=20, of=40)
    monkeypatch.setenv("HDD_EDITORS", "alice, carol")
    signed_in = request.getfixturevalue("signed_in")
    bob = signed_in("bob")
    bob.sees("You may look at everything here, but not change anything.")
    bob.sees("Only to look at")
    assert bob.slider("Curvature").is_disabled()
    signed_in("alice").sees("You are in control")
    assert authors(run) == []


def test_a_server_of_several_processes_says_that_the_page_does_not_work_there(serve, browser, make_run):
    make_run(steps=20)
    _, address = serve(APP, "--num-procs", "2")
    # That the socket of a page comes to another process is just what does not work, so complaints are not collected.
    tab = Tab(browser.new_page(), [])
    tab.goto(address)
    tab.sees("This server was started with --num-procs")
    tab.page.close()


def test_a_duplicated_tab_is_another_one(serve, new_tab, make_run):
    run = make_run(steps=20, of=40)
    _, address = serve(APP)
    first = new_tab()
    first.goto(f"{address}?run=run")
    first.sees("You are in control")
    with first.page.context.expect_page() as opened:
        first.page.evaluate("window.open(location.href)")
    second = Tab(opened.value, [])
    second.sees(f"You are watching page on {HOST}")
    assert second.slider("Curvature").is_disabled()
    # It keeps the key of its own when it is loaded again, and so does the first.
    second.page.reload()
    second.sees(f"You are watching page on {HOST}")
    first.page.reload()
    first.sees("You are in control")
    first.steer("Curvature", "ArrowLeft")
    first.until(lambda: authors(run) == [f"page on {HOST}"])


def test_a_cookie_that_anybody_can_set_changes_no_name(browser, monkeypatch, request, make_run):
    run = make_run(steps=20, of=40)
    monkeypatch.setenv("HDD_EDITORS", "guest, bob")
    signed_in = request.getfixturevalue("signed_in")
    bob, carol = signed_in("bob"), signed_in("alice")
    for tab in (bob, carol):
        tab.sees("Curvature")
        tab.page.context.add_cookies([{"name": "is_guest", "value": "1", "url": tab.page.url}])
        tab.page.reload()
    bob.sees("You are in control")
    bob.steer("Curvature", "ArrowLeft")
    bob.until(lambda: authors(run) == ["bob"])
    carol.sees("Only to look at")
