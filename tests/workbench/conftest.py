"""A page with scripted engines, served in this process, and browsers whose complaints fail the test."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import panel as pn
import pytest
import scripted
from chromium import chromium_path
from playwright.sync_api import sync_playwright
from serving import answers, free_port
from session_parts import Document, Projector
from tab import Tab
from waiting import wait_until

from hdd.runs.history import find_runs
from hdd.runs.run import Run
from workbench.browser.link import Link
from workbench.session import Session
from workbench.tabs.registry import TABS

HERE = Path(__file__).parent
needs_chromium = pytest.mark.skipif(
    chromium_path() is None, reason="No Chromium: set CHROMIUM to one, or install the package chromium"
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.browser)
            item.add_marker(needs_chromium)
            # A browser may tell a server of a model that it knows; elsewhere that is a warning in its log.
            item.add_marker(pytest.mark.filterwarnings("ignore:reference already known"))


@pytest.fixture
def root(tmp_path):
    """A folder of runs whose engines end with the test."""
    folder = tmp_path / "runs"
    folder.mkdir()
    yield folder
    for run in find_runs(folder):
        with suppress(ProcessLookupError):
            if run.engine_alive():
                os.kill(run.status().pid, signal.SIGKILL)
        run.close()


@pytest.fixture
def script(root):
    """Tells the scripted engines of `root` how to behave; see `scripted.SCRIPT`."""

    def write(**behaviour):
        (root / "script.json").write_text(json.dumps(behaviour))

    return write


@pytest.fixture
def make_run(root):
    """Makes a scripted run: `steps` of its `of` steps are made, and it is finished, or stopped before."""

    def make(name="run", steps=40, of=None, classes=None, **values):
        script = {**scripted.SCRIPT, "rate": 1e9, "classes": classes or scripted.SCRIPT["classes"]}
        run = scripted.make(root / name, script, steps=steps, **values)
        scripted.advance(run, script)
        if of is not None:
            run.end("stopped", "for a test")
            (edit,) = run.steer(steps=of)
            run.decide(next(each for each in run.pending() if each.id == edit), "applied", steps, steps)
        # Closed, so that its database is written now and not when somebody collects garbage.
        run.close()
        return Run(root / name)

    return make


@pytest.fixture
def document():
    return Document()


@pytest.fixture
def session(source, document):
    """A driver's session on the module's `source`."""
    link = Link()
    link.tab = "driver"
    session = Session(source, Projector(), link, document)
    session.open()
    yield session
    session.close()


@pytest.fixture
def install_package(tmp_path, monkeypatch):
    """Puts a package that brings tabs where this interpreter finds it."""

    def install(name, entry_points, **modules):
        folder = tmp_path / "installed"
        about = folder / f"{name}-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{key} = {value}" for key, value in entry_points.items()]
        (about / "entry_points.txt").write_text("\n".join([f"[{TABS.group}]", *lines, ""]))
        for module, code in modules.items():
            (folder / f"{module}.py").write_text(code)
            monkeypatch.delitem(sys.modules, module, raising=False)
        monkeypatch.syspath_prepend(folder)

    TABS.refresh()
    yield install
    TABS.refresh()


@pytest.fixture(scope="session")
def link_port():
    """A port that a test may put between a browser and the server."""
    return free_port()


@pytest.fixture(scope="session")
def server(link_port):
    """The page in this process, so that tests see what it keeps; its address."""
    port = free_port()
    thread = pn.serve(
        {"app": str(HERE / "scripted_app.py"), "embedding": str(HERE / "embedding_app.py")},
        address="127.0.0.1",
        port=port,
        websocket_origin=[f"127.0.0.1:{port}", f"127.0.0.1:{link_port}"],
        threaded=True,
        show=False,
        check_unused_sessions_milliseconds=500,
    )
    address = f"http://127.0.0.1:{port}/app"
    wait_until(lambda: answers(address))
    yield address
    thread.stop()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


# A tab begins with empty local storage, which all tabs of a context share.
FORGET = "if (!sessionStorage.getItem('begun')) { localStorage.clear(); sessionStorage.setItem('begun', 'yes') }"


@pytest.fixture(scope="module")
def contexts(browser):
    """Contexts that no test uses now; they have what the page loads in their cache."""
    return []


@pytest.fixture
def new_tab(browser, contexts):
    """Opens tabs of browsers of their own; whatever a console, a page or a request complains of fails the test."""
    wrong, used = [], []

    def new():
        if contexts:
            context = contexts.pop()
        else:
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            context.add_init_script(FORGET)
            context.on("close", lambda closed: closed in used and used.remove(closed))
        used.append(context)
        context.grant_permissions(["clipboard-write"])
        return Tab(context.new_page(), wrong)

    yield new
    for context in [*used]:
        for page in context.pages:
            page.close()
        context.clear_cookies()
        context.clear_permissions()
        contexts.append(context)
    assert wrong == []


@pytest.fixture
def open_tab(new_tab, server, root):
    """Opens the page on the runs of `root`."""

    def open_():
        tab = new_tab()
        tab.goto(f"{server}?runs={root}")
        return tab

    return open_
