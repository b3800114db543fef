"""A link shows what its page showed, and a link that drops leaves no page behind."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from relay import Relay
from tab import TIMEOUT
from waiting import wait_until

LOST = "The server does not answer"


@pytest.fixture
def link(server, root, link_port):
    """The server through a relay: the relay, and the address of the page over `root`."""
    relay = Relay(link_port, urlsplit(server).port)
    yield relay, f"http://127.0.0.1:{link_port}/app?runs={root}"
    relay.close()


def test_an_address_shows_what_its_page_showed(open_tab, make_run, new_tab):
    make_run("other", steps=20)
    make_run("run", steps=40)
    tab = open_tab()
    tab.choose("Run", "run")
    tab.sees("Finished: step 40 of 40")
    tab.until(tab.points)
    tab.scrub("Home")
    tab.sees("Looking back at step 0")
    tab.page.mouse.click(*tab.edges("wall")(1.5, 8.5))
    tab.until(tab.marks)
    tab.choose("Disk", "Plane of the classes")
    tab.until(lambda: tab.points() is not None)
    tab.page.wait_for_url(re.compile("step=0.*synthetic=.*view=plane"))
    other = new_tab()
    other.goto(tab.page.url)
    other.sees("Finished: step 40 of 40")
    other.sees("Looking back at step 0")
    expect(other.page.get_by_role("combobox", name="Disk", exact=True)).to_have_text("Plane of the classes")
    assert other.until(other.marks) == tab.marks()
    # Another run has other steps; the rest stays.
    other.choose("Run", "other")
    other.sees("Live: step 20 of 20")
    expect(other.page.get_by_role("combobox", name="Disk", exact=True)).to_have_text("Plane of the classes")
    assert other.until(other.marks) == tab.marks()
    other.page.wait_for_url(re.compile("run=other&synthetic=.*view=plane"))


def test_what_an_address_gets_wrong_is_said(new_tab, server, make_run, root):
    make_run("run", steps=20)
    tab = new_tab()
    tab.goto(f"{server}?runs={root}&run=walk&tab=attic&step=soon")
    tab.sees("Finished: step 20 of 20")
    tab.sees("There is no run “walk”")
    tab.sees("There is no tab “attic”: there are live")
    tab.sees("The address asks for step “soon”; allowed: a step of the run.")


@pytest.mark.parametrize("seconds", [pytest.param(0.2, marks=pytest.mark.slow), 3])
def test_a_page_comes_back_after_a_cut(browser, link, make_run, script, seconds):
    script(rate=5)
    run = make_run("run", steps=30, of=100_000)
    relay, address = link
    # An outage is something that a console may complain of.
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("button", name="Resume from step 30").click(timeout=TIMEOUT)
    running = page.get_by_text("Running: step").first
    running.wait_for(timeout=TIMEOUT)
    page.get_by_text("You are in control").wait_for(timeout=TIMEOUT)
    relay.cut()
    expect(page.get_by_text(LOST)).to_be_visible(timeout=TIMEOUT)
    # Nothing else can be clicked, and keys do nothing.
    page.keyboard.press("Escape")
    page.keyboard.press("Space")
    assert page.evaluate("document.querySelector('dialog').matches(':modal')")
    page.wait_for_timeout(1000 * seconds)
    was = run.step
    relay.mend()
    expect(page.get_by_text(LOST)).to_have_count(0, timeout=TIMEOUT)
    running.wait_for(timeout=TIMEOUT)
    page.get_by_text("You are in control").wait_for(timeout=TIMEOUT)
    shown = re.compile(r"Running: step (\d+)")
    wait_until(lambda: int(shown.match(page.get_by_text(shown).first.inner_text())[1]) > was)
    page.close()


def test_an_answer_from_before_a_cut_does_not_load_the_page_again(browser, link, make_run):
    make_run("run", steps=30)
    relay, address = link
    page, held = browser.new_page(), []
    page.goto(address)
    page.get_by_text("Finished: step 30 of 30").first.wait_for(timeout=TIMEOUT)
    page.evaluate("window.isTheSame = true")
    page.route("**/*alive", lambda route: route.abort() if held else held.append(route))
    page.wait_for_timeout(3000)
    assert held
    relay.cut()
    expect(page.get_by_text(LOST)).to_be_visible(timeout=TIMEOUT)
    held[0].fulfill(status=200)
    page.wait_for_timeout(1000)
    assert page.evaluate("window.isTheSame")
    page.unroute("**/*alive")
    relay.mend()
    expect(page.get_by_text(LOST)).to_have_count(0, timeout=TIMEOUT)
    page.get_by_text("Finished: step 30 of 30").first.wait_for(timeout=TIMEOUT)
    page.close()


@pytest.mark.slow
def test_a_stalled_link_is_said_and_a_page_that_kept_its_connection_stays(browser, link, make_run):
    make_run("run", steps=30)
    relay, address = link
    page = browser.new_page()
    page.goto(address)
    page.get_by_text("Finished: step 30 of 30").first.wait_for(timeout=TIMEOUT)
    page.evaluate("window.isTheSame = true")
    relay.stall()
    expect(page.get_by_text(LOST)).to_be_visible(timeout=TIMEOUT)
    relay.mend()
    expect(page.get_by_text(LOST)).to_be_hidden(timeout=TIMEOUT)
    assert page.evaluate("window.isTheSame")
    page.close()
