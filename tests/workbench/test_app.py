"""The page in a real browser, served as users serve it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from chromium import chromium_path
from playwright.sync_api import expect, sync_playwright

from hdd.runs.engine import resume
from hdd.runs.start import create
from hdd.settings import initial_settings

pytestmark = pytest.mark.skipif(
    chromium_path() is None, reason="No Chromium: set CHROMIUM to one, or install the package chromium"
)


@pytest.fixture
def serve(tmp_path):
    """Serves the page over a folder of runs, at the address it gives."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "panel", "serve", "workbench/app.py", "--address", "127.0.0.1", "--port", str(port)],
        env={**os.environ, "HDD_RUNS": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/app"
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address, timeout=30).close()
            break
        except OSError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
    yield address
    process.kill()
    process.wait()


@pytest.fixture
def page():
    """A page whose errors fail the test."""
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(request.url))
        yield page
        browser.close()
    assert wrong == []


def test_lists_runs_as_they_come(serve, page, tmp_path, digits):
    page.goto(serve)
    expect(page.get_by_text("No runs yet")).to_be_visible()
    settings = initial_settings(ipc=1, network_width=4, real_batch=8, steps=3)
    resume(create(tmp_path / "<img src=x onerror=alert(1)>", settings, digits), data=digits)
    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    expect(page.get_by_text("finished")).to_be_visible()
    expect(page.get_by_text("No runs yet")).to_be_hidden()
    if folder := os.environ.get("HDD_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/runs.png")
